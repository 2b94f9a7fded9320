# The swap while others are in its way: many clients, long transactions, a vacuum, failed attempts, a
# line that is cut, more to drain than the budget allows, writers that are faster than we are.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use DBD::Pg qw(:async);
use Pgswap::Cases;
use Pgswap::Clients;
use Pgswap::Mirror;
use Pgswap::Oracle;
use Pgswap::Proxy;
use Pgswap::Test;
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep);

my $t = Pgswap::Test->start('pressure', autovacuum => 'off');
my @ALTER = ('--alter', 'ALTER COLUMN n TYPE bigint');
my @SMALL = ('--map', 'n=app.slow(n)', '--alter', 'ALTER COLUMN n TYPE bigint', '--no-revert');
my $m = Pgswap::Mirror->new($t, drop => ['app.c'], grant => 'select, insert, update, delete to writer',
    setup => 'create table app.t (id int primary key, n int, note text)');
my $writer = $m->session;

$t->sql(q{create function app.slow(int) returns bigint immutable language plpgsql as $$ begin perform pg_sleep(0.035); return $1; end $$;
    grant execute on function app.slow(int) to owner});

sub make
{
    my ($rows) = @_;
    $rows //= 1000;
    $m->make("insert into app.t select i, 0, repeat('x', 150) from generate_series(1, $rows) i");
    $t->sql('vacuum analyze app.t');
    return;
}

sub ready
{
    my ($name, @options) = @_;
    $t->exits($t->pgswap('run', 'app.t', @options ? @options : @ALTER, '--until=ready'), 0, "$name: ready");
    return;
}

# A hook that tells that it ran, and that it ran once.
sub hook { return ('--hook-after-swap', "echo \$PGSWAP_HOOK_PHASE >>'$ENV{TESTDIR}/hook.$$'") }

sub hook_ran
{
    my ($name) = @_;
    my $file = "$ENV{TESTDIR}/hook.$$";
    is(-e $file ? scalar(my @lines = split /\n/, PostgreSQL::Test::Utils::slurp_file($file)) : 0, 1, "$name: the hook ran, once");
    unlink $file;
    return;
}

# A swap that is not to be had: exit 6, nothing changed.
sub waits
{
    my ($name, @options) = @_;
    my $run = $t->pgswap('swap', 'app.t', '--swap-deadline', '1s', @options);
    $t->exits($run, 6, "$name: the swap waits");
    ok(!$m->is_swapped, "$name: not swapped");
    return $run;
}

# Starts a swap, and writes what it must drain under the lock: in a transaction that holds the swap up at
# the lock until it has written.
sub swap_with_late_writes
{
    my ($sql, @options) = @_;
    $writer->do('begin; lock table app.t in row exclusive mode');
    my $run = $t->spawn('swap', 'app.t', '--blocker-age', '10min', '--lock-timeout', '5min', '--retry-pause', '1s', '--max-lock-hold', '5min', @options);
    $t->swap_waits('app.t', $run);
    $m->both($sql);
    $writer->do('commit');
    return $run;
}

# A process that reads the table over and over.
sub probe
{
    my $base = "$ENV{TESTDIR}/probe" . ++$t->{probes} . ".$$";
    my $pid = fork() // die "fork: $!";
    if ($pid == 0)
    {
        $SIG{$_} = 'DEFAULT' for qw(TERM INT HUP __DIE__);
        my $ok = eval {
            my $dbh = $t->connect(user => 'writer');
            until (-e "$base.stop")
            {
                $dbh->selectrow_array('select note from app.t where id = 1');
                open my $up, '>', "$base.up" unless -e "$base.up";
                sleep 0.005;
            }
            1;
        };
        open my $file, '>', "$base.result";
        print $file $ok ? 'no error' : "died: $@";
        close $file;
        POSIX::_exit(0);
    }
    $t->wait_until('the probe reads', sub { -e "$base.up" });
    return { pid => $pid, base => $base };
}

sub probe_ends
{
    my ($probe, $name) = @_;
    open my $stop, '>', "$probe->{base}.stop";
    waitpid $probe->{pid}, 0;
    return is(PostgreSQL::Test::Utils::slurp_file("$probe->{base}.result"), 'no error', "$name: readers read");
}

sub section { return Pgswap::Cases::run($t, @_) }

# They are all in a transaction nearly all the time, on a slow machine, too, and leave it idle.
section '30 clients' => sub {
    make();
    ready('30 clients');
    my $clients = Pgswap::Clients->start($t, <<~'SQL', '-c', 30, '-j', 2);
        \set id random(1, 1000)
        begin;
        select n from app.t where id = :id;
        \sleep 40 ms
        update app.t set n = n + 1 where id = :id;
        commit;
        SQL
    $t->wait_until('the clients are there', sub { $t->value(q{select count(*) from pg_stat_activity where usename = 'writer' and backend_type = 'client backend'}) >= 30 });
    my $run = $t->pgswap('swap', 'app.t', '--retry-pause', '200ms');
    $t->exits($run, 0, '30 clients: swap');
    is($clients->run_still, 1, '30 clients: they still run');
    my $count = $clients->ended('30 clients');
    is($t->value('select sum(n) from app.t'), $count, '30 clients: no update is lost');
    $t->exits($t->pgswap('finish', 'app.t'), 0, '30 clients: finish');
};

section 'a manual VACUUM' => sub {
    make(20000);
    ready('a manual VACUUM');
    my $vacuum = $t->connect;
    $vacuum->do($_) for 'delete from app.t where id % 2 = 0', 'set vacuum_cost_delay = 100', 'set vacuum_cost_limit = 1';
    $t->sql('delete from mirror.t where id % 2 = 0');
    $t->exits($t->pgswap('run', 'app.t', '--until=ready'), 0, 'a manual VACUUM: in sync');
    $t->async($vacuum, 'vacuum app.t');
    $t->wait_until('VACUUM is old enough', sub {
        $t->value("select count(*) from pg_stat_activity where pid = $vacuum->{pg_pid} and query like 'vacuum%' and now() - xact_start > '200ms'") });
    my $run = waits('a manual VACUUM', '--blocker-age', '100ms');
    like($run->{err}, qr/pid $vacuum->{pg_pid}.*vacuum app\.t/, 'a manual VACUUM: it is named');
    waits('a young manual VACUUM', '--blocker-age', '1h', '--lock-timeout', '50ms');
    is($t->value("select state from pg_stat_activity where pid = $vacuum->{pg_pid}"), 'active', 'a manual VACUUM: it goes on');
    $vacuum->pg_cancel;
    $vacuum->disconnect;
    $t->exits($t->pgswap('swap', 'app.t'), 0, 'a manual VACUUM: swapped after it');
    $m->finished('a manual VACUUM');
};

# A vacuum of a table with these options does not end by itself.
my $SLOW = 'autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1';

sub autovacuum
{
    my ($setting) = @_;
    $t->sql($_) for "alter system set autovacuum = $setting", q{alter system set autovacuum_naptime = '5s'}, 'select pg_reload_conf()';
    return;
}

# The worker that vacuums the table, when there is one.
sub vacuums
{
    my ($table) = @_;
    return $t->value(qq{select pid from pg_stat_activity where backend_type = 'autovacuum worker' and query ~ '^autovacuum: VACUUM.*$table\\M'});
}

sub gives_way
{
    my ($name, $table, $command) = @_;
    autovacuum('on');
    $t->wait_until("autovacuum is at work on $table", sub { vacuums($table) });
    my $pid = vacuums($table);
    my $probe = probe();
    $t->exits($t->pgswap($command, 'app.t', ($command eq 'run' ? (@ALTER, '--until=ready') : ())), 0, "$name: $command");
    probe_ends($probe, "$name: $command");
    autovacuum('off');
    $t->sql(qq{select pg_cancel_backend(pid) from pg_stat_activity where backend_type = 'autovacuum worker'});
    return;
}

section 'an autovacuum' => sub {
    my $name = 'an autovacuum';
    make(20000);
    $t->sql("alter table app.t set ($SLOW)");
    $t->sql('create table app.c (id int primary key references app.t)');
    $t->sql("alter table app.c set ($SLOW)");
    $t->sql_as(owner => 'select 1');
    $t->sql('alter table app.c owner to owner; insert into app.c select i from generate_series(1, 19999, 2) i');
    $t->sql('delete from app.c; insert into app.c select i from generate_series(1, 19999, 2) i');
    $m->both('delete from %T where id % 2 = 0');
    gives_way("$name of the table", '[.]t', 'run');
    $m->both('update %T set n = n + 1');
    gives_way("$name of the table", 'app[.]t', 'swap');
    gives_way("$name of a referencing table", 'app[.]c', 'revert');
    $m->both('update %T set n = n + 1');
    gives_way("$name of the new table", '[.]t', 'abort');
    $t->sql('drop table app.c');
    my $found = Pgswap::Oracle::compare($t->{admin}, 'mirror.t', 'app.t', key => ['id']);
    is_deeply($found->{differences}, [], "$name: equal");
    $t->exits($t->pgswap('run', 'app.t', @ALTER), 0, "$name: run");
    $m->both('update %T set n = n + 1');
    gives_way("$name of the table that is swapped", '[.]t', 'finish');
    $t->is_clean("$name: nothing is left");
    ok($m->is_swapped, "$name: swapped");
};

section 'a reader in an old transaction' => sub {
    my $name = 'a reader in an old transaction';
    make();
    ready($name);
    my $reader = $t->connect(user => 'owner');
    $reader->do($_) for 'set application_name = $$the report$$', 'begin', 'select 1 from app.t limit 1';
    sleep 0.3;
    my $run = $t->spawn('swap', 'app.t', '--blocker-age', '200ms', '--swap-deadline', '12s');
    $t->wait_until('status names it', sub {
        die "it ended: $run->{err}" unless $t->lives($run);
        return ($t->status('app.t')->{waiting_for} // '') =~ /pid $reader->{pg_pid} .role owner, application "the report", idle in transaction/ });
    is($t->value(q{select count(*) from pg_locks where relation = 'app.t'::regclass and mode = 'AccessExclusiveLock'}), 0, "$name: nobody queues behind it");
    $t->exits($t->reap($run), 6, $name);
    like($run->{err}, qr/pid $reader->{pg_pid} .role owner, application "the report"/, "$name: it is named in the output");
    ok($reader->ping && ($reader->selectrow_array('select count(*) from app.t'))[0] == 1000, "$name: it lives and reads");
    waits($name, '--blocker-age', '100ms', '--cancel-blockers', '1h', '--terminate-blockers', '1h');
    is(($reader->selectrow_array('select 1'))[0], 1, "$name: it is too young to be ended");
    my $other = $t->connect(user => undef);
    $other->do($_) for 'begin', 'select 1 from app.t limit 1';
    sleep 0.3;
    $run = waits('a blocker of a role that we may not touch', '--blocker-age', '100ms', '--terminate-blockers', '200ms');
    like($run->{err}, qr/pid $other->{pg_pid}/, 'a blocker of a role that we may not touch: it is named');
    is(eval { ($other->selectrow_array('select 1'))[0] }, 1, '… and lives');
    $t->sql('grant pg_read_all_stats to owner');
    $run = waits('a blocker that we see and may not touch', '--blocker-age', '100ms', '--terminate-blockers', '200ms', '--cancel-blockers', '200ms');
    like($run->{err}, qr/pid $other->{pg_pid}/, 'a blocker that we see and may not touch: it is named');
    is(eval { ($other->selectrow_array('select 1'))[0] }, 1, '… and lives');
    $t->sql('revoke pg_read_all_stats from owner');
    $other->disconnect;
    $t->exits($t->pgswap('swap', 'app.t', '--blocker-age', '100ms', '--terminate-blockers', '200ms'), 0, "$name: --terminate-blockers");
    ok(!eval { local $reader->{PrintWarn} = 0; $reader->do('select 1'); 1 }, "$name: it is ended");
    $m->finished($name);
};

# What the holder's session is at is hidden from role owner, and counts as young; whoever waits for it shows.
section 'somebody who waits before us' => sub {
    my $name = 'somebody who waits before us';
    make();
    ready($name);
    my $holder = $t->connect(user => undef);
    $holder->do($_) for 'begin', 'select 1 from app.t limit 1';
    my $waiter = $t->connect(user => 'owner');
    $t->async($waiter, 'alter table app.t add column z int');
    $t->blocked($waiter);
    sleep 0.3;
    my $run = waits($name, '--blocker-age', '200ms');
    like($run->{err}, qr/pid $waiter->{pg_pid} .*alter table app\.t/, "$name: it is named");
    is_deeply($t->status('app.t')->{swap}{attempt_log}, [], "$name: nothing was tried");
    $waiter->pg_cancel;
    $waiter->disconnect;
    $holder->disconnect;
    $t->exits($t->pgswap('swap', 'app.t'), 0, "$name: swapped after both");
    $m->finished($name);
};

# What only reads the table waits for it as any reader does; what the operator says and asks does not.
section 'somebody locks the table for a while' => sub {
    my $name = 'somebody locks the table for a while';
    make();
    my $holder = $t->connect(user => undef);
    my $lock = sub { $holder->do('begin; lock table app.t in access exclusive mode') };
    $lock->();
    my $run = $t->spawn('run', 'app.t', @ALTER, '--pause-at', 'copy-done');
    sleep 1;
    my $point = $t->hold('copy-done');
    $holder->do('commit');
    $t->arrived($point, $run);
    $lock->();
    $t->let_go($point);
    sleep 1;
    like($t->status('app.t')->{phase}, qr{copy|index}, "$name: status");
    $t->exits($t->pgswap('status'), 0, "$name: status of all");
    $t->exits($t->pgswap('pause', 'app.t'), 0, "$name: pause");
    $t->exits($t->pgswap('continue', 'app.t'), 0, "$name: continue");
    $holder->do('commit');
    $t->exits($t->reap($run), 0, "$name: run goes on");
    $lock->();
    $run = $t->pgswap('revert', 'app.t', '--swap-deadline', '1s');
    $t->exits($run, 6, "$name: revert gives up");
    like($run->{err}, qr/Blocked by pid $holder->{pg_pid}/, "$name: and says for whom");
    $holder->do('commit');
    $m->finished($name);
};

section 'readers do not keep capture from beginning' => sub {
    my $name = 'readers do not keep capture from beginning';
    make();
    my $reader = $t->connect(user => 'owner');
    $reader->do($_) for 'begin', 'select 1 from app.t limit 1 for update';
    sleep 0.3;
    ready($name, @ALTER, '--blocker-age', '100ms', '--terminate-blockers', '100ms', '--until=ready');
    is(($reader->selectrow_array('select count(*) from app.t'))[0], 1000, "$name: nobody ended one");
    waits($name, '--blocker-age', '100ms');
    $reader->disconnect;
    $t->exits($t->pgswap('swap', 'app.t'), 0, "$name: swapped when it has gone");
    $m->finished($name);
};

section '--cancel-blockers' => sub {
    make();
    ready('--cancel-blockers');
    my $reader = $t->connect(user => 'owner');
    $t->async($reader, 'select pg_sleep(60) from (select from app.t limit 1) x');
    $t->wait_until('the reader reads', sub { $t->value("select count(*) from pg_stat_activity where pid = $reader->{pg_pid} and wait_event = 'PgSleep' and now() - xact_start > '200ms'") });
    $t->exits($t->pgswap('swap', 'app.t', '--cancel-blockers', '150ms'), 0, '--cancel-blockers, younger than --blocker-age');
    ok(!eval { $t->done($reader); 1 }, '--cancel-blockers: the statement is cancelled');
    is($reader->state, '57014', '… by us');
    is(($reader->selectrow_array('select 1'))[0], 1, '… and the session lives');
    $m->finished('--cancel-blockers');
};

section 'a prepared transaction' => sub {
    make();
    ready('a prepared transaction');
    $writer->do($_) for 'begin', q{insert into app.t values (5000, 1, 'prepared')}, q{prepare transaction 'the gid'};
    my $run = waits('a prepared transaction', '--blocker-age', '0');
    like($run->{err}, qr/prepared transaction the gid/, 'a prepared transaction: it is named');
    $writer->do(q{commit prepared 'the gid'});
    $t->sql(q{insert into mirror.t values (5000, 1, 'prepared')});
    $t->exits($t->pgswap('swap', 'app.t'), 0, 'a prepared transaction: swapped after it');
    $m->finished('a prepared transaction');
};

section 'many failed attempts' => sub {
    my $name = 'many failed attempts';
    make();
    ready($name);
    my $catalog = sub { $t->value(q{select count(*) from pg_class}) };
    my $before;
    my $reader = $t->connect(user => 'writer');
    $reader->do($_) for 'begin', 'select 1 from app.t limit 1';
    my $probe = probe();
    my $run = $t->spawn('swap', { env => { ASAN_OPTIONS => 'abort_on_error=0:exitcode=99:quarantine_size_mb=1' } },
        'app.t', '--blocker-age', '1h', '--lock-timeout', '20ms', '--retry-pause', '300ms', '--swap-deadline', '1h');
    my $rss = sub { (PostgreSQL::Test::Utils::slurp_file("/proc/$run->{pid}/status") =~ /VmRSS:\s+(\d+)/)[0] // 0 };
    my ($first, $last, $attempts) = (0, 0, 0);
    while ($t->lives($run) && $attempts < 10)
    {
        $m->both('update %T set n = n + 1 where id % 10 = ' . int rand 10);
        my $size = eval { $rss->() } || $last;
        $attempts = $t->status('app.t')->{swap}{attempts} // 0;
        ($first, $before) = ($size, $catalog->()) if !$first && $attempts >= 2;
        $last = $size;
        sleep 0.1;
    }
    $t->exits($t->kill_run($run, 'TERM'), 7, "$name: stopped on request");
    probe_ends($probe, $name);
    $run = waits($name, '--blocker-age', '1h', '--lock-timeout', '20ms');
    like($run->{err}, qr/pid $reader->{pg_pid}/, "$name: it is named who was in the way");
    my $status = $t->status('app.t');
    cmp_ok($first, '>', 0, "$name: its size was measured");
    cmp_ok($last - $first, '<', 8192, "$name: the program does not grow (KiB)");
    is($catalog->(), $before, "$name: no relation more than before");
    cmp_ok($status->{backlog}, '<=', 1000, "$name: the backlog is small");
    is($status->{phase}, 'ready', "$name: ready");
    is($t->value(q{select count(*) from pg_trigger where tgrelid = 'app.t'::regclass and not tgisinternal and tgenabled in ('O', 'A')}) > 0, 1, "$name: capture is on");
    $t->exits($t->pgswap('verify', 'app.t'), 0, "$name: in sync");
    $reader->disconnect;
    $t->exits($t->pgswap('swap', 'app.t'), 0, "$name: then it swaps");
    $m->finished($name);
};

for my $when ('before', 'after', 'silent')
{
    section "the line is cut, $when" => sub {
        my $name = "the line is cut at the COMMIT, $when";
        make();
        my $proxy = Pgswap::Proxy->new($t, $when);
        my $run = $t->spawn('run', { no_dbname => 1 }, '-d', $proxy->conninfo, 'app.t', @ALTER, '--reconnect', '5min', hook());
        $t->wait_until('the line is cut', sub { die "it ended: $run->{out}$run->{err}" unless $t->lives($run); return $proxy->cuts });
        my $application = $t->connect(user => undef);
        ok(eval { $application->do('update app.t set n = 5 where id = 5') }, "$name: the table is free again") or die "no way to go on: $@";
        $application->do('update mirror.t set n = 5 where id = 5');
        $t->exits($t->reap($run), 0, $name);
        is($proxy->cuts, 1, "$name: once");
        is($t->value(q{select count(*) from pgswap.event where kind = 'phase' and detail->>'to' = 'swapped' and migration = (select max(id) from pgswap.migration)}), 1, "$name: one swap on record");
        isnt($m->standby('blue'), undef, "$name: the old table stands by");
        is($t->status('app.t')->{phase}, 'swapped', "$name: swapped");
        hook_ran($name);
        $proxy->stop;
        $m->finished($name);
    };
}

for my $command ('swap', 'revert')
{
    section "the line is cut after the COMMIT of $command" => sub {
        my $name = "the line is cut after the COMMIT of $command";
        make();
        ready($name);
        $t->exits($t->pgswap('swap', 'app.t'), 0, "$name: swap") if $command eq 'revert';
        my $proxy = Pgswap::Proxy->new($t, 'after');
        my $run = $t->pgswap($command, { no_dbname => 1 }, '-d', $proxy->conninfo, 'app.t', hook());
        is($proxy->cuts, 1, "$name: once");
        $t->exits($run, 0, "$name: the outcome is found");
        hook_ran($name);
        is($t->status('app.t')->{phase}, $command eq 'swap' ? 'swapped' : 'ready', "$name: done once");
        $proxy->stop;
        $t->exits($t->pgswap('swap', 'app.t'), 0, "$name: swap again") if $command eq 'revert';
        $m->finished($name);
    };
}

# Waits until the swap begins to look, once more, who waits for it.
sub sampled
{
    my $now = $t->value('select clock_timestamp()');
    return $t->wait_until('the swap looks who waits for it', sub {
        $t->value("select count(*) from pg_stat_activity where application_name = 'pgswap' and query ~ 'AS waiters' and query_start > '$now'") });
}

section 'frozen content' => sub {
    my $name = 'frozen content';
    make();
    ready($name);
    my $point = $t->hold('swap-locked');
    my $clients = Pgswap::Clients->start($t, <<~'SQL', '-c', 8, '-j', 2, '-R', 400);
        \set id random(10000, 2000000000)
        begin;
        insert into app.t values (:id, :client_id, 'written') on conflict do nothing;
        insert into mirror.t values (:id, :client_id, 'written') on conflict do nothing;
        commit;
        SQL
    $t->wait_until('they write', sub { $t->value('select count(*) from mirror.t') > 1050 });
    my $run = $t->spawn('swap', 'app.t', '--pause-at', 'swap-locked', '--max-lock-hold', '5min', '--retry-pause', '200ms');
    $t->arrived($point, $run);
    $t->wait_until('they wait', sub { $t->value(q{select count(*) from pg_locks where not granted and relation = 'app.t'::regclass}) == 8 });
    $t->sql('drop table if exists mirror.frozen; create table mirror.frozen as table mirror.t');
    sleep 0.3;
    sampled() for 1 .. 2;    # the result of the first is with the program when the second begins
    $t->let_go($point);
    $t->exits($t->reap($run), 0, $name);
    $clients->ended($name);
    my $swap = $t->status('app.t')->{swap};
    is($swap->{waiters}, 8, "$name: the sessions that waited were counted");
    cmp_ok($swap->{waiters_longest_seconds}, '>=', 0.2, "$name: … and how long they did");
    is($swap->{attempt_log}[0]{waiters}, 8, "$name: … of that attempt");
    cmp_ok($swap->{attempt_log}[0]{lock_held_seconds}, '>=', 0.3, "$name: … and how long it held the lock");
    my $found = Pgswap::Oracle::compare($t->{admin}, 'mirror.frozen', $m->standby('blue'), key => ['id']);
    is_deeply($found->{differences}, [], "$name: the old table holds what was written before the lock, and nothing else");
    cmp_ok($t->value('select count(*) from app.t'), '>', $found->{right}, "$name: they went on after it");
    $m->finished($name);
};

section 'a drain that is too large' => sub {
    my $name = 'a drain that is too large';
    make(10000);
    ready($name);
    my $run = swap_with_late_writes('update %T set n = n + 1 where id <= 5000');
    $t->exits($t->reap($run), 0, $name);
    my $swap = $t->status('app.t')->{swap};
    is($swap->{attempts}, 2, "$name: the second attempt");
    is($swap->{rows_drained}, 0, "$name: drained nothing");
    like($swap->{attempt_log}[1]{outcome}, qr/\b5000 changes/, "$name: the record says why the first failed");
    is($swap->{attempt_log}[0]{outcome}, 'swapped', "$name: … and that the second did not");
    $m->finished($name);
};

section 'much comes while an old snapshot is waited for' => sub {
    my $name = 'much comes while an old snapshot is waited for';
    make(10000);
    ready($name);
    my $old = $t->connect(user => 'owner');
    $old->do($_) for 'begin isolation level repeatable read', 'select 1';
    my $run = $t->spawn('swap', 'app.t');
    $t->wait_until('the swap waits for it', sub { ($t->status('app.t')->{waiting_for} // '') =~ /old snapshot: pid $old->{pg_pid}/ });
    $m->both('update %T set n = n + 1 where id <= 5000');
    $old->disconnect;
    $t->exits($t->reap($run), 0, $name);
    is($t->status('app.t')->{swap}{rows_drained}, 0, "$name: nothing is left for the lock");
    $m->finished($name);
};

# Whenever the swap asks for its lock, a transaction of so many rows is under way.
section 'always much under way' => sub {
    my $name = 'always much under way';
    make(15000);
    ready($name);
    my $run = $t->spawn('swap', 'app.t', '--blocker-age', '10min', '--lock-timeout', '5min', '--retry-pause', '50ms', '--max-lock-hold', '5min');
    while ($t->lives($run))
    {
        $writer->do('begin; lock table app.t in row exclusive mode');
        $t->wait_until('the swap waits', sub {
            !$t->lives($run) || $t->value(q{select count(*) from pg_locks where not granted and mode = 'AccessExclusiveLock' and relation = 'app.t'::regclass}) });
        $m->both('update %T set n = n + 1 where id <= 15000');
        $writer->do('commit');
    }
    $t->exits($run, 0, $name);
    my $swap = $t->status('app.t')->{swap};
    cmp_ok($swap->{attempts}, '>=', 2, "$name: not at once, as each attempt takes more than the one before");
    is($swap->{rows_drained}, 15000, "$name: until all were drained under the lock");
    $m->finished($name);
};

# The first attempt was rolled back in the middle of its work; a later one had nothing left to drain.
sub over_budget
{
    my ($name) = @_;
    my @attempts = reverse @{ $t->status('app.t')->{swap}{attempt_log} };
    like($attempts[0]{outcome}, qr/--max-lock-hold/, "$name: the record says why the first attempt failed");
    is($attempts[-1]{outcome}, 'swapped', "$name: rolled back, caught up, tried again");
    return is($attempts[-1]{rows_drained}, 0, "$name: … with nothing to drain");
}

section 'a drain that takes too long' => sub {
    my $name = 'a drain that takes too long';
    make(60);
    ready($name, @SMALL);
    my $probe = probe();
    my $run = swap_with_late_writes('update %T set n = n + 1', '--max-lock-hold', '1s');    # that takes longer
    $t->exits($t->reap($run), 0, $name);
    probe_ends($probe, $name);
    over_budget($name);
    $m->finished($name);
};

section 'many statements that fit the budget one by one' => sub {
    my $name = 'many statements that fit the budget one by one';
    make(60);
    ready($name, @SMALL);
    # the drain takes 2.1 s, and now the DDL of a transaction takes 2.1 s more
    $t->sql(q{create function app.ddl_is_slow() returns event_trigger language plpgsql as $$ begin
        if current_setting('test.slept', true) is distinct from pg_current_xact_id()::text then
            perform set_config('test.slept', pg_current_xact_id()::text, false), pg_sleep(2.1);
        end if; end $$;
        create event trigger slow on ddl_command_end execute function app.ddl_is_slow()});
    my $probe = probe();
    my $run = swap_with_late_writes('update %T set n = n + 1', '--max-lock-hold', '3500ms');
    $t->reap($run);
    $t->sql('drop event trigger slow; drop function app.ddl_is_slow');
    probe_ends($probe, $name);
    $t->exits($run, 0, $name);
    over_budget($name);
    $m->finished($name);
};

section 'writers that are faster' => sub {
    my $name = 'writers that are faster';
    make(20000);
    ready($name);
    my $clients = Pgswap::Clients->start($t, <<~'SQL', '-c', 4, '-j', 1);
        \set id random(1, 19000)
        update app.t set n = n + 1 where id between :id and :id + 50;
        SQL
    $t->wait_until('they write', sub { $t->value('select count(*) from app.t where n > 0') > 100 });
    my $run = $t->pgswap('swap', 'app.t', '--drain-keys', 1, '--converge-deadline', '2s');
    $t->exits($run, 9, $name);
    like($run->{err}, qr/\d+ changes\/s were applied and \d+ changes\/s arrived/, "$name: both rates are named");
    ok(!$m->is_swapped, "$name: not swapped");
    is($t->status('app.t')->{phase}, 'ready', "$name: the migration stands");
    $clients->ended($name);
    $t->sql('drop table mirror.t; create table mirror.t as table app.t');
    $t->exits($t->pgswap('swap', 'app.t', '--drain-keys', 1), 0, "$name: swapped when they have gone");
    $m->finished($name);
};

done_testing();
