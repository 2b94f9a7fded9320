# What holds work up besides replicas (lag.t): a file, a query, sessions, WAL, disk space, a window of time, --nice;
# by whom each is asked for, what status and events tell, and what of it cannot be seen.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Cases;
use Pgswap::Proxy;
use Pgswap::Test;
use Test::More;
use Time::HiRes qw(time);

my $t = Pgswap::Test->start('throttle', autovacuum => 'off');
my @PLAN = ('--alter', 'ALTER COLUMN n TYPE bigint');
my @RUN = (@PLAN, '--jobs', 1, '--chunk-blocks', 2);
my $FLAG = "$ENV{TESTDIR}/flag.$$";

sub section { return Pgswap::Cases::run($t, @_) }

sub make
{
    $t->sql('drop table if exists app.t');
    $t->sql_as(owner => 'create table app.t (id int primary key, n int, note text);'
        . q(insert into app.t select i, i, repeat('x', 150) from generate_series(1, 3000) i));
    return;
}

sub flag { open my $file, '>', $FLAG or die "$FLAG: $!"; return close $file }
sub no_flag { return unlink $FLAG }
sub said { return $t->said(@_) }

sub waits_for { return $t->waits_for(@_) }

sub chunks { return $t->value('select count(*) from pgswap.chunk') }
sub held_by { return $t->status('app.t')->{throttled}{by_signal} }

sub aborted
{
    my ($what) = @_;
    $t->exits($t->pgswap('abort', 'app.t'), 0, "$what: abort");
    return;
}

# An option that the plan refuses, and run as well, before anything is made.
sub refused
{
    my ($code, $words, @options) = @_;
    for my $command ([ 'plan', 'app.t', @PLAN ], [ 'run', 'app.t', @PLAN ])
    {
        my $run = $t->pgswap(@$command, @options);
        $t->exits($run, $code, "$command->[0] @options");
        like($run->{err}, $words, '… says why');
    }
    $t->is_bare("@options: nothing was begun");
    return;
}

section 'not seen' => sub {
    make();
    refused(4, qr/cannot see what other sessions do.*--max-active.*GRANT pg_read_all_stats/s, '--max-active=3');
    refused(4, qr/cannot see where .*--min-free.*GRANT pg_read_all_settings.*--min-free-query/s, '--min-free=1MB');
    refused(4, qr/--min-free-query returned null/, '--min-free=1MB', '--min-free-query=select null');
    refused(4, qr/--min-free-query returned "a lot"/, '--min-free=1MB', q(--min-free-query=select 'a lot'));
    refused(4, qr/--throttle-query returned no row/, '--throttle-query=select 1 where false');
    refused(4, qr/--throttle-query returned several rows/, '--throttle-query=values (1), (2)');
    refused(4, qr/--throttle-query returned "maybe"/, q(--throttle-query=select 'maybe'));
    refused(3, qr/--throttle-query: .*42P01/, '--throttle-query=select n from app.nothing');
    refused(3, qr/--throttle-query: .*42601/, '--throttle-query=select 1; select 1');
    refused(3, qr/--throttle-query: .*25006/, '--throttle-query=select setval(pg_get_serial_sequence($$app.seq$$, $$id$$), 1)')
        if $t->sql_as(owner => 'create table app.seq (id int generated always as identity)') || 1;
    refused(4, qr/--throttle-file.*cannot be seen/, "--throttle-file=$FindBin::Bin/throttle.t/flag");
    refused(4, qr/no time zone "Europe\/Nowhere2"/, '--window=Mon-Fri 01:00-05:00 Europe/Nowhere2');
    refused(1, qr/there is no time zone/, '--window=Mon-Fri 01:00-05:00');
    refused(1, qr/--min-free-query needs --min-free/, '--min-free-query=select 1');
    refused(1, qr/invalid size "10"/, '--max-wal-rate=10');
    refused(1, qr/not a number from 1 to 100/, '--nice=101');
};

$t->sql('grant pg_read_all_stats, pg_read_all_settings to owner');

section 'seen' => sub {
    make();
    $t->exits($t->pgswap('plan', 'app.t', @PLAN, '--max-active=3', '--min-free=1B', '--max-lag=1s', '--max-wal-rate=1GB',
        '--max-slot-retained=1TB', '--throttle-query=select false;', "--throttle-file=$FLAG", '--max-snapshot-age=1h',
        '--nice=5', '--window=00:00-24:00 UTC'), 0, 'all of it, seen');
};

# Directories of this machine may be another server's; so with a proxy, which could be on the way to any machine.
section 'not here' => sub {
    make();
    my $proxy = Pgswap::Proxy->new($t, 'before');
    my $run = $t->pgswap('plan', { no_dbname => 1 }, '-d', $proxy->conninfo, 'app.t', @PLAN, '--min-free=1B');
    $t->exits($run, 4, 'where the server runs is not proven');
    like($run->{err}, qr/--min-free.*cannot be seen from here.*--min-free-query/s, '… says what to do');
    $t->exits($t->pgswap('plan', { no_dbname => 1 }, '-d', $proxy->conninfo, 'app.t', @PLAN, '--min-free=1B', '--min-free-query=select 1'), 0, 'by a query');
};

# There is room for control and worker, and for no other connection.
section 'no connection left' => sub {
    make();
    $t->sql('alter role owner connection limit 2');
    my $run = $t->pgswap('run', 'app.t', @RUN, '--until=ready', '--max-active=1000');
    $t->sql('alter role owner connection limit -1');
    $t->exits($run, 0, 'it goes on');
    like($run->{err}, qr/warning: no connection is left to look at --max-active/, '… and says what it does not see');
    aborted('no connection');
};

# Looked at before the first phase; and again, and by everybody whom it holds up.
section 'file' => sub {
    make();
    flag();
    my $run = $t->spawn('run', 'app.t', @RUN, '--until=ready', "--throttle-file=$FLAG");
    waits_for($run, qr/file .* to be removed/, 'it waits before the first phase');
    is($t->status('app.t')->{phase}, 'capture', 'no trigger is there yet');
    like(said($run), qr/waiting for file .*\(--throttle-file\)/, 'people are told');
    my $hold = $t->hold('chunk-read');
    $t->kill_run($run, 'TERM');
    $t->exits($run, 7, 'stopped while it waits');
    no_flag();
    $run = $t->spawn('run', 'app.t', @RUN, '--until=ready', "--throttle-file=$FLAG", '--pause-at', 'chunk-read');
    $t->arrived($hold, $run);
    flag();
    waits_for($run, qr/file/, 'it waits in the copy');
    $t->let_go($hold);
    $t->wait_until('the chunk that runs ends', sub { chunks() == 1 });
    no_flag();
    $t->exits($t->reap($run), 0, 'it goes on');
    cmp_ok(held_by()->{file}, '>', 0, 'status: for how long it waited');
    is($t->status('app.t')->{waiting_for}, undef, 'status: it waits no more');
    cmp_ok($t->value(q{select count(*) from pgswap.event where kind = 'throttle' and detail->>'signal' = 'file' and detail->>'seconds' is not null}), '>', 0, 'events');
    flag();
    $run = $t->spawn('swap', 'app.t', "--throttle-file=$FLAG");
    waits_for($run, qr/file/, 'the swap waits');
    no_flag();
    $t->exits($t->reap($run), 0, 'swapped');
    flag();
    my $dirty = $t->value(q{select oid::regclass from pg_class where relname ~ '^dirty_\d+_1_green_1$'});
    $run = $t->spawn('follow', 'app.t', "--throttle-file=$FLAG");
    waits_for($run, qr/file/, 'follow waits');
    $t->sql('update app.t set n = n + 1 where id <= 500; update app.t set n = n + 1 where id <= 500');
    $t->wait_until('the log is kept small', sub { $t->value("select count(*) from $dirty") == 500 });
    no_flag();
    $t->wait_until('follow goes on', sub { $t->value("select count(*) from $dirty") == 0 });
    $t->exits($t->kill_run($run, 'TERM'), 0, 'follow');
    flag();
    $t->exits($t->pgswap('revert', 'app.t'), 0, 'nothing holds a revert up');
    no_flag();
    aborted('file');
};

# Between two builds; and in the comparison, where a snapshot that gets too old ends it.
section 'builds and comparison' => sub {
    make();
    $t->sql_as(owner => 'create index on app.t (n); create index on app.t (note)');
    my $hold = $t->hold('copy-done');
    my $run = $t->spawn('run', 'app.t', @RUN, '--until=ready', '--throttle-query=select exists (table app.stop)', '--pause-at', 'copy-done,parity-begun',
        '--max-snapshot-age=1min') if $t->sql_as(owner => 'drop table if exists app.stop; create table app.stop (n int)') || 1;
    $t->arrived($hold, $run);
    my $parity = $t->hold('parity-begun');
    $t->let_go($hold);
    $t->arrived($parity, $run);
    $t->sql('insert into app.stop values (1)');
    $t->let_go($parity);
    waits_for($run, qr/another answer to --throttle-query than true/, 'it waits in the comparison');
    $t->sql('delete from app.stop');
    $t->exits($t->reap($run), 0, 'it goes on');
    cmp_ok(held_by()->{query}, '>', 0, 'status: for how long it waited');

    $t->sql('insert into app.stop values (1)');
    $run = $t->spawn('verify', 'app.t', '--throttle-query=select exists (table app.stop)', '--max-snapshot-age=3s');
    $t->exits($t->reap($run), 9, 'a snapshot that gets too old ends the comparison');
    like($run->{err}, qr/snapshot of this run is .*--max-snapshot-age/, '… and is told');
    is($t->status('app.t')->{parity}{state}, 'clean', 'it found nothing');
    $t->sql('drop table app.stop');
    $run = $t->pgswap('verify', 'app.t', '--throttle-query=select exists (table app.stop)');
    $t->exits($run, 3, 'a query that fails');
    $t->exits($t->pgswap('verify', 'app.t'), 0, 'verify');
    aborted('comparison');
};

# No look before a phase asks for disk space: who waits is who builds the indexes, and who catches up.
for my $phase (qw(index catchup))
{
    section "in $phase" => sub {
        make();
        $t->sql_as(owner => 'drop table if exists app.stop; create table app.stop as select 1; create index on app.t (n)');
        my $hold = $t->hold('copy-done');
        my $run = $t->spawn('run', 'app.t', @RUN, '--until=ready', '--pause-at', 'copy-done');
        $t->arrived($hold, $run);
        $t->sql('update app.t set n = -n where id <= 100');
        $t->kill_run($run, 'KILL');
        $t->let_go($hold);
        $run = $t->spawn('run', 'app.t', @RUN, '--until=ready', '--drain-keys=5', '--converge-deadline=10s', '--min-free=1B', '--min-free-query='
            . "select case when phase = '$phase' and exists (table app.stop) then 0 else 1 end from pgswap.migration where finished_at is null");
        waits_for($run, qr/--min-free-query says 0 bytes/, "$phase: it waits");
        my $status = $t->status('app.t');
        is($status->{phase}, $phase, "$phase: … in that phase");
        is($status->{backlog}, 100, "$phase: nothing is applied");
        is($t->value("select count(*) from pgswap.object where kind = 'index' and done") > 0 ? 1 : 0, $phase eq 'index' ? 0 : 1, "$phase: indexes");
        $t->wait_until("$phase: it waits past --converge-deadline, which does not count", sub { held_by()->{space} > ($phase eq 'catchup' ? 11 : 0) });
        $t->sql('delete from app.stop');
        $t->exits($t->reap($run), 0, "$phase: it goes on");
        aborted($phase);
    };
}

# The numbers that let it work.
section 'numbers' => sub {
    make();
    for my $number (qw(-1 0 0.0 false))
    {
        $t->exits($t->pgswap('run', 'app.t', @RUN, '--until=ready', "--throttle-query=select $number"), 0, "a query that returns $number");
        aborted($number);
    }
    my $run = $t->spawn('run', 'app.t', @RUN, '--until=ready', '--throttle-query=select 0.5');
    waits_for($run, qr/another answer to --throttle-query than 0.5/, 'one that returns 0.5');
    $t->kill_run($run, 'TERM');
    aborted('0.5');
};

section 'sessions' => sub {
    make();
    my @busy = map { my $s = $t->connect(user => 'writer'); $t->async($s, 'select pg_sleep(3600)'); $s } 1 .. 4;
    my $run = $t->spawn('run', 'app.t', @RUN, '--until=ready', '--max-active=3');
    waits_for($run, qr/fewer active sessions than [4-9]/, 'it waits for fewer sessions');
    is(chunks(), 0, 'no chunk was copied');
    $_->pg_cancel for @busy;
    $t->exits($t->reap($run), 0, 'it goes on');
    cmp_ok(held_by()->{active}, '>', 0, 'status: for how long it waited');
    aborted('sessions');
};

section 'space' => sub {
    make();
    my $run = $t->spawn('run', 'app.t', @RUN, '--until=ready', '--min-free=1000000TB');
    waits_for($run, qr/free disk space: \/.* has /, 'it waits for space');
    is(chunks(), 0, 'no chunk was copied');
    $t->kill_run($run, 'TERM');
    $run = $t->spawn('run', 'app.t', @RUN, '--until=ready', '--min-free=1kB', '--min-free-query=select 1023');
    waits_for($run, qr/--min-free-query says 1023 bytes/, 'it waits for space, by a query');
    $t->kill_run($run, 'TERM');
    $t->exits($t->pgswap('run', 'app.t', @RUN, '--until=ready', '--min-free=1kB', '--min-free-query=select 1024'), 0, 'there is enough');
    aborted('space');
};

section 'WAL' => sub {
    make();
    my $run = $t->spawn('run', 'app.t', @RUN, '--until=ready', '--max-wal-rate=64kB');
    waits_for($run, qr/less WAL to be written/, 'it waits for less WAL');
    $t->wait_until('status tells for how long', sub { (held_by()->{wal} // 0) > 0 });
    $t->kill_run($run, 'TERM');
    cmp_ok(chunks(), '<', 38, 'it has not copied all');
    $t->exits($t->pgswap('run', 'app.t', @RUN, '--until=ready', '--max-wal-rate=1GB'), 0, 'with a larger one it goes on');
    aborted('WAL');
};

section 'nice' => sub {
    make();
    my $run = $t->spawn('run', 'app.t', @RUN, '--until=ready', '--nice=100');
    waits_for($run, qr/a --nice below 100/, 'all the time is rest');
    is(chunks(), 0, 'no chunk was copied');
    $t->kill_run($run, 'TERM');
    $t->exits($t->pgswap('run', 'app.t', @RUN, '--until=ready', '--nice=60'), 0, 'much of the time is');
    aborted('nice');
};

# The day after tomorrow, as seen from Tokyo.
section 'window' => sub {
    make();
    my $day = $t->value(q{select to_char((now() at time zone 'Asia/Tokyo') + interval '2 days', 'Dy')});
    my $window = "$day 00:00-12:00 Asia/Tokyo";
    my $run = $t->spawn('run', 'app.t', @RUN, "--window=$window");
    waits_for($run, qr/the window $window \(it is /, 'it waits for its time');
    is($t->status('app.t')->{phase}, 'capture', 'no trigger is there yet');
    $t->exits($t->kill_run($run, 'TERM'), 7, 'stopped');
    $t->exits($t->pgswap('run', 'app.t', @RUN, '--until=ready', '--window=Mon-Sun 00:00-24:00 asia/tokyo'), 0, 'in its time');
    $t->sql('update app.t set n = -n where id <= 10');
    $run = $t->spawn('swap', 'app.t', "--window=$window", '--swap-deadline=1s', '--drain-keys=1');
    waits_for($run, qr/the window/, 'the swap waits, past its deadline');
    $t->wait_until('it stays in sync', sub { $t->status('app.t')->{backlog} == 0 });
    $t->exits($t->kill_run($run, 'TERM'), 7, 'stopped');
    is($t->status('app.t')->{phase}, 'ready', 'not swapped');
    $t->exits($t->pgswap('swap', 'app.t'), 0, 'swapped without it');
    $t->exits($t->pgswap('finish', 'app.t'), 0, 'finish');
    $t->is_clean('nothing is left');
};

done_testing();
