# Old snapshots.  A transaction that keeps a snapshot from before the swap and reads the table after it
# sees what it would have seen without us, or the swap waits for its end.  The judge is the mirror, which
# gets the same statements and is never swapped: within one snapshot both must be equal.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use DBD::Pg qw(:async);
use Pgswap::Mirror;
use Pgswap::Test;
use Test::More;

my $t = Pgswap::Test->start('snapshots', autovacuum => 'off', wal_level => 'logical', max_wal_senders => 4);
my @ALTER = ('--alter', 'ALTER COLUMN n TYPE bigint');
my $m = Pgswap::Mirror->new($t, grant => 'select to public',
    setup => q{create table app.t (id int primary key, n int, note text);
        insert into app.t select i, i, repeat('x', 150) from generate_series(1, 1000) i});
my $writer = $m->session;
my $round = 0;

$t->sql_as(owner => 'create table app.early (id int)');
$t->sql(q{create function app.rows() returns bigint stable language plpgsql as $$ begin return (select count(*) from app.t); end $$});

# Some of everything, the same on both, in one transaction.
sub writes
{
    $writer->do('begin');
    some_writes();
    $writer->do('commit');
    return;
}

sub some_writes
{
    my $r = ++$round;
    for my $table ('app.t', 'mirror.t')
    {
        $writer->do($_) for "update $table set n = n + 1 where id % 50 = $r % 50", "delete from $table where id = $r",
            "insert into $table values (2000 + $r, $r, 'new')", "update $table set id = id + 5000 where id = 500 + $r";
    }
    return;
}

# A session whose transaction has a snapshot and has not touched the table.
sub old
{
    my ($isolation, $user) = @_;
    my $dbh = $t->connect(user => $user);
    $dbh->do("begin isolation level $isolation");
    $dbh->selectrow_array('select 1');
    return $dbh;
}

# What a session sees of both: nothing if it is the same.
sub difference
{
    my ($dbh) = @_;
    my ($rows) = $dbh->selectrow_array('select count(*) from mirror.t');
    return 'the mirror is empty' unless $rows;
    my ($different) = $dbh->selectrow_array(<<~'SQL');
        select count(*) from ((select id, n::bigint, note from app.t except all select id, n, note from mirror.t)
        union all (select id, n, note from mirror.t except all select id, n::bigint, note from app.t)) d
        SQL
    return $different ? "$different of $rows rows differ" : '';
}

# The swap waits: exit 6, not swapped, the session sees what it should.
sub waits
{
    my ($name, $dbh, @options) = @_;
    my $run = $t->pgswap('swap', 'app.t', '--swap-deadline', '700ms', @options);
    $t->exits($run, 6, "$name: the swap waits");
    ok(!$m->is_swapped, "$name: not swapped");
    is(difference($dbh), '', "$name: it sees what it should") if $dbh;
    return $run;
}

# It goes through, all rows are there, and nothing is left.
sub goes_through
{
    my ($name) = @_;
    $t->exits($t->pgswap('swap', 'app.t'), 0, "$name: then it goes through");
    return $m->finished($name);
}

# Brings app.t to "ready" and calls $at{place} while the run stands there.
sub to_ready
{
    my (%at) = @_;
    $m->make();
    $at{start}->() if $at{start};
    if ($at{'apply-read'})
    {
        my $point = $t->hold('copy-done');
        my $run = $t->spawn('run', 'app.t', @ALTER, '--pause-at', 'copy-done');
        $t->arrived($point, $run);
        $t->kill_run($run, 'KILL');
        $t->let_go($point);
        writes();
    }
    my ($place) = grep { $_ ne 'start' } keys %at;
    my $point = $place ? $t->hold($place) : undef;
    my $run = $t->spawn('run', 'app.t', @ALTER, '--until=ready', '--chunk-blocks', 4, '--jobs', 1, '--drain-keys', 1,
        $place ? ('--pause-at', $place) : ());
    if ($place)
    {
        $t->arrived($point, $run);
        $at{$place}->();
        $t->let_go($point);
    }
    $t->exits($t->reap($run), 0, 'ready');
    return;
}

# Starts a swap that stands at a point of its attempt, without dual write unless @options say so; with $pending there are
# keys to drain (or writes that went to both tables while the swap waited for the lock), from a transaction that
# held the swap up at the lock until it had written them.
sub swap_at
{
    my ($where, $pending, @options) = @_;
    my $point = $t->hold($where);
    $writer->do('begin; lock table app.t in row exclusive mode');
    my $run = $t->spawn('swap', 'app.t', '--swap-deadline', '1500ms', '--pause-at', $where, '--lock-timeout', '5min',
        '--max-lock-hold', '5min', '--blocker-age', '10min', '--dual-write=off', @options);
    $t->swap_waits('app.t', $run);
    some_writes() if $pending;
    $writer->do('commit');
    $t->arrived($point, $run);
    return ($point, $run);
}

# -- transactions begun before the copy, during it, during catch-up, and when all is ready
my @CASES = (
    [ 'before the copy', 'start', 'repeatable read' ], [ 'before the copy', 'start', 'serializable', 'pending' ],
    [ 'during the copy', 'chunk-read', 'repeatable read', 'pending' ], [ 'during the copy', 'chunk-read', 'serializable' ],
    [ 'during catch-up', 'apply-read', 'repeatable read' ], [ 'during catch-up', 'apply-read', 'serializable', 'pending' ],
    [ 'when ready', undef, 'repeatable read', 'pending' ]);
for my $case (@CASES)
{
    my ($when, $place, $isolation, $pending) = @$case;
    my $name = "$isolation begun $when" . ($pending ? ', keys pending' : '');
    my $dbh;
    to_ready($place ? ($place => sub { writes(); $dbh = old($isolation, 'writer'); writes() }) : ());
    $dbh //= old($isolation, 'writer');
    writes() if $pending;
    my $run = waits($name, $dbh);
    like($run->{err}, qr/snapshot.*\bpid $dbh->{pg_pid}\b|\bpid $dbh->{pg_pid}\b.*snapshot/s, "$name: it is named") if $when ne 'before the copy';
    $dbh->do('commit');
    goes_through($name);
    $dbh->disconnect;
}

# -- the hazard is real: with --old-snapshots=ignore the same session sees an empty table
my $name = 'ignore';
my $dbh;
to_ready(start => sub { $dbh = old('repeatable read') });
$t->exits($t->pgswap('swap', 'app.t', '--old-snapshots=ignore'), 0, $name);
isnt(difference($dbh), '', "$name: the old snapshot does not see the rows");
is(($dbh->selectrow_array('select count(*) from app.t'))[0], 0, "$name: … none of them");
$dbh->do('commit');
is(difference($dbh), '', "$name: the next transaction does");
$m->finished($name);

# -- cursors: an open one keeps its snapshot, one WITH HOLD has its rows
to_ready();
$name = 'an open cursor';
$dbh = $t->connect(user => 'writer');
$dbh->do('begin; declare c cursor for select app.rows() from generate_series(1, 2)');
waits($name);
is(($dbh->selectrow_array('fetch c'))[0], 1000, "$name: it sees what it should");
$dbh->do('commit');
$dbh->do('begin; declare h cursor with hold for select id from mirror.t order by id; commit');
$dbh->selectrow_array('fetch h');
$t->exits($t->pgswap('swap', 'app.t'), 0, 'a cursor WITH HOLD is harmless');
is(scalar @{ $dbh->selectall_arrayref('fetch all h') }, 999, 'a cursor WITH HOLD reads on');
$dbh->do('close h');
$m->finished('a cursor WITH HOLD');
$dbh->disconnect;

# -- a READ COMMITTED transaction has no snapshot between its statements
to_ready();
$name = 'READ COMMITTED, idle in its transaction';
$dbh = old('read committed', 'writer');
writes();
$t->exits($t->pgswap('swap', 'app.t'), 0, "$name: does not hold the swap up");
is(difference($dbh), '', "$name: it sees all");
$dbh->do('commit');
$m->finished($name);

# -- an exported snapshot lives on in the session that imports it, also when its first owner has ended
$name = 'an exported snapshot';
my $owner;
to_ready(start => sub { $owner = old('repeatable read', 'writer') });
my ($snapshot) = $owner->selectrow_array('select pg_export_snapshot()');
my $run = $t->spawn('swap', 'app.t', '--swap-deadline', '12s');
$t->wait_until('the swap waits for the snapshot', sub {
    die "the swap ended: $run->{err}" unless $t->lives($run);
    return ($t->status('app.t')->{waiting_for} // '') =~ /snapshot/ });
my $importer = $t->connect(user => 'writer');
$importer->do("begin isolation level repeatable read; set transaction snapshot '$snapshot'");
$importer->selectrow_array('select 1');
$owner->do('commit');
$t->exits($t->reap($run), 6, "$name: the swap waits for the importer, too");
is(difference($importer), '', "$name: the importer sees what it should");
$importer->do('commit');
if ($m->is_swapped) { $m->finished($name) } else { goes_through($name) }
$_->disconnect for $owner, $importer;

# -- who is named is who is waited for: not those that came later, however many, nor one that has ended
$name = 'who is named';
to_ready();
my @olds = map { old('repeatable read', 'writer') } 1 .. 2;
$run = $t->spawn('swap', 'app.t');
$t->wait_until('the first look at snapshots', sub {
    return $t->value(q{select count(*) from pg_stat_activity where application_name = 'pgswap' and query ~ 'AS keeper'}) });
my @later = map { $t->connect(user => 'writer') } 1 .. 8;
$_->do('select pg_sleep(600)', { pg_async => PG_ASYNC }) for @later;
for my $old (@olds)
{
    $t->wait_until("it names pid $old->{pg_pid}", sub {
        die "the swap ended: $run->{err}" unless $t->lives($run);
        return ($t->status('app.t')->{waiting_for} // '') =~ /old snapshot: pid $old->{pg_pid}\b/ }, 30);
    $old->do('commit');
}
$t->exits($t->reap($run), 0, "$name: those that came later are not waited for");
$_->pg_cancel for @later;
$_->disconnect for @olds, @later;
$m->finished($name);

# -- a transaction that begins while the lock is there, and keys that are drained under it
for my $case ([ 'nothing pending', 0, 'off' ], [ 'keys pending', 1, 'off' ], [ 'written to both tables', 1, 'auto' ])
{
    my ($what, $pending, $dual) = @$case;
    my $waits = $pending && $dual eq 'off';
    $name = "begun under the lock, $what";
    to_ready();
    my ($point, $run) = swap_at('swap-locked', $pending, "--dual-write=$dual");
    $dbh = old('repeatable read', 'writer');
    $t->let_go($point);
    $t->exits($t->reap($run), $waits ? 6 : 0, $name);
    is(difference($dbh), '', "$name: it sees what it should");
    $dbh->do('commit');
    if ($waits) { goes_through($name) } else { $m->finished($name) }
    $dbh->disconnect;
}

# -- a transaction that begins while the tables are exchanged, after the drain and the look that follows it
for my $dual ('off', 'auto')
{
    $name = "begun during the exchange, --dual-write=$dual";
    to_ready();
    my ($point, $run) = swap_at('swap-commit', 1, "--dual-write=$dual");
    $dbh = old('repeatable read', 'writer');
    $t->let_go($point);
    $t->exits($t->reap($run), $dual eq 'off' ? 6 : 0, $name);
    is(difference($dbh), '', "$name: it sees what it should");
    $dbh->do('commit');
    if ($dual eq 'off') { goes_through($name) } else { $m->finished($name) }
    $dbh->disconnect;
}

# -- the residue: its first statement runs in that very moment.  Nothing shows it but strict (and, to a
# role that may not look, that it cannot look); what it sees otherwise are the keys that were drained as they
# were before.  While capture writes both tables there is none.
for my $case ([ 'strict', 'off' ], [ 'wait', 'off' ], [ 'wait', 'auto' ])
{
    my ($mode, $dual) = @$case;
    $name = "a first statement in flight, $mode, --dual-write=$dual";
    $t->sql('grant pg_read_all_stats to owner');
    to_ready();
    my ($point, $run) = swap_at('swap-locked', 1, '--old-snapshots', $mode, "--dual-write=$dual");
    $dbh = $t->connect(user => 'writer');
    $dbh->do('begin isolation level repeatable read');
    $t->sql('select pg_advisory_lock(1)');
    $t->async($dbh, 'select pg_advisory_lock(1)');
    $t->wait_until('it has its snapshot', sub {
        $t->value("select count(*) from pg_stat_activity where pid = $dbh->{pg_pid} and backend_xmin is not null and wait_event = 'advisory'") });
    $t->let_go($point);
    $t->exits($t->reap($run), $mode eq 'strict' ? 6 : 0, $name);
    $t->sql('select pg_advisory_unlock(1)');
    $t->done($dbh);
    if ($mode eq 'strict' || $dual eq 'auto') { is(difference($dbh), '', "$name: it sees what it should") }
    else
    {
        like(difference($dbh), qr/^\d+ of 1000 rows differ/, "$name: this is the hazard");
        my ($keys) = $dbh->selectrow_array('select count(*) from app.t full join mirror.t using (id) where app.t.n is distinct from mirror.t.n');
        is($keys, $t->status('app.t')->{swap}{rows_drained}, "$name: … in the keys that were drained");
    }
    $t->sql('revoke pg_read_all_stats from owner');
    $dbh->do('commit');
    if ($mode eq 'strict') { goes_through($name) } else { $m->finished($name) }
    $dbh->disconnect;
}

# pg_dump with two workers, which stands before its first table when the swap is tried
sub parallel_dump
{
    my $name = 'pg_dump -j 2';
    return unless $t->can_dump($name);
    to_ready();
    my $gate = $t->connect(user => undef);
    $gate->do('begin; lock table app.early in access exclusive mode');
    my $directory = "$ENV{TESTDIR}/dump.$$";
    my $dump = fork() // die "fork: $!";
    if ($dump == 0)
    {
        open(STDERR, '>', "$directory.err");
        exec $t->pg_dump, '-Fd', '-j', 2, '-n', 'app', '-n', 'mirror', '-f', $directory, '-d', $t->conninfo(undef) or POSIX::_exit(127);
    }
    $t->wait_until('pg_dump waits', sub { $t->value(q{select count(*) from pg_locks where not granted and relation = 'app.early'::regclass}) });
    writes();
    waits($name);
    $gate->do('commit');
    waitpid $dump, 0;
    is($?, 0, "$name: exit 0") or diag(PostgreSQL::Test::Utils::slurp_file("$directory.err"));
    my %data = map { $_ => [ sort grep { /^\d+\t/ } split /^/, `pg_restore -a -n $_ -t t -f - $directory` ] } 'app', 'mirror';
    is(scalar @{ $data{mirror} }, $t->value('select count(*) from mirror.t'), "$name: the mirror is in the dump");
    is_deeply($data{app}, $data{mirror}, "$name: the table is, too, as it was when the dump began");
    goes_through($name);
    return;
}

parallel_dump();
# -- what a subscriber's initial copy does: the slot's snapshot, long before the table is read
{
    $m->make;
    $name = 'a snapshot of logical replication';
    my $base = "$ENV{TESTDIR}/walsender.$$";
    my $pid = open(my $walsender, '|-', 'psql', '-X', '-q', '-At', '-o', "$base.out", '-d', $t->conninfo(undef) . ' replication=database') // die "psql: $!";
    $walsender->autoflush(1);
    print $walsender "BEGIN READ ONLY ISOLATION LEVEL REPEATABLE READ;\nCREATE_REPLICATION_SLOT s1 TEMPORARY LOGICAL pgoutput USE_SNAPSHOT;\n";
    $t->wait_until('the slot is there', sub { $t->value(q{select count(*) from pg_replication_slots where slot_name = 's1'}) });
    my $run = $t->pgswap('run', 'app.t', @ALTER, '--swap-deadline', '2s');
    $t->exits($run, 6, "$name: the swap waits");
    print $walsender "SELECT count(*) FROM app.t;\nCOMMIT;\n";
    close $walsender;
    like(PostgreSQL::Test::Utils::slurp_file("$base.out"), qr/^1000$/m, "$name: it sees all rows");
    $t->exits($t->pgswap('run', 'app.t'), 0, "$name: then it goes through");
    $m->finished($name);
}

done_testing();
