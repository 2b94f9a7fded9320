# What others do in the windows of a swap, of a way back and of the end: between the looks that pgswap takes
# and the locks it gets, and between its transactions.  A write, a snapshot, an alteration or a drop in such a
# window is neither lost nor undone, or the swap does not happen.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use DBD::Pg qw(:async);
use Pgswap::Cases;
use Pgswap::Mirror;
use Pgswap::Test;
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep);

my $t = Pgswap::Test->start('swap_races', autovacuum => 'off', wal_level => 'replica', max_wal_senders => 5);
my @ALTER = ('--alter', 'ALTER COLUMN n TYPE bigint');

my $m = Pgswap::Mirror->new($t, drop => [ 'app.c', 'app.d' ], grant => 'select to public',
    setup => q{create table app.t (id int primary key, n int, note text);
        insert into app.t select i, 0, repeat('x', 150) from generate_series(1, 1000) i});
my $writer = $m->session;

$t->sql('grant pg_read_all_stats to owner');

sub section { return Pgswap::Cases::run($t, @_) }

# Brings app.t to the place from which "swap" or "revert" starts.
sub before
{
    my ($command, $name, $more) = @_;
    $m->make($more);
    $t->exits($t->pgswap('run', 'app.t', @ALTER, $command eq 'swap' ? '--until=ready' : ()), 0, "$name: before $command");
    return;
}

# A swap or revert that waits for a snapshot which is older.
sub waiting
{
    my ($command, @options) = @_;
    my $old = $t->connect(user => 'owner');
    $old->do($_) for 'begin isolation level repeatable read', 'select 1';
    my $run = $t->spawn($command, 'app.t', '--retry-pause', '200ms', @options);
    $t->wait_until('it waits for the snapshot', sub {
        die "it ended: $run->{err}" unless $t->lives($run);
        return ($t->status('app.t')->{waiting_for} // '') =~ /old snapshot: pid $old->{pg_pid}\b/ });
    return ($old, $run);
}

# What a fixture loader or pg_restore --disable-triggers does.
sub load_without_triggers
{
    my ($id) = @_;
    $m->both('alter table %T disable trigger user');
    $m->both("insert into %T select i, 1, 'loaded' from generate_series($id, $id + 99) i");
    $m->both('update %T set n = n + 1 where id <= 10');
    $m->both('alter table %T enable trigger user');
    return;
}

for my $command ('swap', 'revert')
{
    section "$command: writes without triggers while it waits for a snapshot" => sub {
        my $name = "$command: writes without triggers while it waits for a snapshot";
        before($command, $name);
        my ($old, $run) = waiting($command);
        load_without_triggers(5000);
        $old->disconnect;
        $t->exits($t->reap($run), 10, $name);
        like($run->{err}, qr/capture triggers.* were dropped or disabled/, "$name: it is said");
        $m->ended($name, $command eq 'swap' ? ('run', 'finish') : 'finish');
    };

    section "$command: writes without triggers in a transaction that it waits for" => sub {
        my $name = "$command: writes without triggers in a transaction that it waits for";
        before($command, $name);
        $writer->do('begin');
        $m->both('alter table %T disable trigger user');
        $m->both("insert into %T select i, 1, 'loaded' from generate_series(5000, 5099) i");
        my $run = $t->spawn($command, 'app.t', '--retry-pause', '200ms', '--blocker-age', '10min');
        $t->wait_until('it waits for that transaction', sub {
            die "it ended: $run->{err}" unless $t->lives($run);
            return $t->value(qq{select count(*) from pg_locks where not granted and relation = 'app.t'::regclass}) });
        $m->both('alter table %T enable trigger user');
        $writer->do('commit');
        $t->exits($t->reap($run), 10, $name);
        $m->ended($name, $command eq 'swap' ? ('run', 'finish') : 'finish');
    };
}

# Rows that change without any trigger, and nothing else that is described does.
my @WITHOUT_A_TRACE = (
    [ 'a rewrite that leaves the type' => q(alter table %T alter column n type int using n + 100), q(alter table %T alter column n type bigint using n + 100) ],
    [ 'triggers switched off and on as they were' => (q{do $$ declare r record; begin
        for r in select tgname, tgenabled from pg_trigger where tgrelid = '%T'::regclass loop execute format('alter table %T disable trigger %I', r.tgname); end loop;
        insert into %T values (5000, 1, 'new');
        for r in select tgname from pg_trigger where tgrelid = '%T'::regclass loop execute format('alter table %T enable always trigger %I', r.tgname); end loop;
        end $$}) x 2 ]);
for my $case (@WITHOUT_A_TRACE)
{
    my ($what, $sql, $sql_swapped) = @$case;
    for my $command ('swap', 'revert')
    {
        for my $when ('before', 'while')
        {
            section "$what, $when $command" => sub {
                my $name = "$what, $when $command";
                before($command, $name);
                my ($old, $run) = $when eq 'while' ? waiting($command) : ();
                my $change = $command eq 'swap' ? $sql : $sql_swapped;
                $writer->do($change =~ s/%T/$_/gr) for 'app.t', 'mirror.t';
                $old->disconnect if $old;
                $run = $run ? $t->reap($run) : $t->pgswap($command, 'app.t');
                $t->exits($run, 5, "$name: the tables differ");
                $m->ended($name, $command eq 'swap' ? 'abort' : 'finish');
            };
        }
    }
}

for my $command ('swap', 'revert')
{
    section "standby is emptied before the lock: $command" => sub {
        my $name = "standby is emptied before the lock: $command";
        before($command, $name);
        my ($old, $run) = waiting($command);
        $t->sql($t->value(q{select format('truncate %s', oid::regclass) from pg_class where relname = 't' and relnamespace::regnamespace::text ~ '^pgswap_'}));
        $old->disconnect;
        $t->exits($t->reap($run), 5, "$name: the tables differ");
        $m->ended($name, $command eq 'swap' ? 'abort' : 'finish');
    };
}

# What takes long to print, and the columns, are read of standby before the lock: what changes between that and the lock is seen.
my @OTHER_TEXTS = (
    [ 'a check' => 'alter table %S drop constraint fits, add constraint fits check (n >= m - 2)' ],
    [ 'the column of a check' => 'alter table %S rename column m to was_m' ],
    [ 'an index' => 'drop index %H.t_half; create index t_half on %S ((n / 3))' ],
    [ 'the options of an index' => 'alter index %H.t_half set (fillfactor = 50)' ],
    [ 'a generated column' => 'alter table %S alter column twice drop expression' ],
    [ 'a default' => q(alter table %S alter column note set default 'new') ],
    [ 'a default that is gone' => 'alter table %S alter column note drop default' ],
    [ 'a column that is gone' => 'alter table %S drop column note' ],
    [ 'a new column' => 'alter table %S add column also int' ],
    [ 'what is gathered of a column' => 'alter table %S alter column note set statistics 7' ],
    [ 'the grants on a column' => 'grant select (note) on %S to writer' ],
    [ 'the comment on a column' => q(comment on column %S.note is 'other') ],
    [ 'a comment that is gone' => 'comment on column %S.note is null' ],
    [ 'a foreign key' => 'create table app.parent (id int primary key); alter table %S add foreign key (m) references app.parent not valid' ],
    [ 'statistics' => 'drop statistics %H.t_st; create statistics %H.t_st on n, m from %S' ]);
for my $case (@OTHER_TEXTS)
{
    my ($what, $sql) = @$case;
    section "standby is altered before the lock: $what" => sub {
        my $name = "standby is altered before the lock: $what";
        before('swap', $name, q{alter table app.t add m int default 1, add constraint fits check (n >= m - 1), alter note set default 1,
            add twice int generated always as (m * 2) stored; comment on column app.t.note is 'one'; create index t_half on app.t ((n / 2)); create statistics app.t_st on n, (m + 1) from app.t});
        my $home = $t->value(q{select nspname from pg_namespace where nspname ~ '^pgswap_\d+_green$'});
        my $point = $t->hold('swap-close');
        my $run = $t->spawn('swap', 'app.t', '--pause-at', 'swap-close', '--max-lock-hold', '5min');
        $t->arrived($point, $run);
        $t->sql('set role owner; ' . $sql =~ s/%S/$home.t/gr =~ s/%H/$home/gr . '; reset role');
        $t->let_go($point);
        $t->exits($t->reap($run), 1, $name);
        like($run->{err}, qr/did not come out as planned/, "$name: it is said");
        is($m->type('n'), 'integer', "$name: not swapped");
        $m->ended($name, 'abort');
        $t->sql('drop table if exists app.parent');
    };
}

section 'finish and abort that cannot' => sub {
    my $name = 'finish and abort that cannot';
    for my $command ('finish', 'abort')
    {
        before($command eq 'finish' ? 'revert' : 'swap', "$name, $command");
        my $standby = $t->value(q{select oid::regclass from pg_class where relname = 't' and relnamespace::regnamespace::text ~ '^pgswap_'});
        $t->sql("create view app.old_t as select id from $standby");
        $t->exits($t->pgswap($command, 'app.t'), 3, "$name: somebody uses the table that $command drops");
        $m->both("insert into %T values (5000, 1, 'new')");
        $t->sql('drop view app.old_t');
        $t->exits($t->pgswap($command eq 'finish' ? 'revert' : 'swap', 'app.t'), 0, "$name: capture is still on after $command");
        $m->ended("$name, $command", $command eq 'finish' ? 'abort' : 'finish');
    }
};

section 'alterations while it waits for a snapshot' => sub {
    my $name = 'alterations while it waits for a snapshot';
    my $things = q{
        create policy p on app.t using (id > 0);
        create index note_ix on app.t (note);
        create or replace view app.v with (security_barrier = false) as select id, n from app.t;
        create or replace function app.audit() returns trigger language plpgsql as 'begin return new; end';
        create trigger audit before update on app.t for each row execute function app.audit();
        create or replace function app.g() returns bigint language plpgsql security definer as 'begin return (select count(*) from app.t); end'};
    for my $ddl ('alter policy p on app.t using (id < 5)', 'alter table app.t disable trigger audit', 'alter view app.v set (security_barrier = true)',
        'alter index app.note_ix set (fillfactor = 50)', q(comment on view app.v is 'seen'), 'grant select on app.v to writer')
    {
        before('swap', "$name, $ddl", $things);
        my ($old, $run) = waiting('swap');
        $t->sql_as(owner => $ddl);
        $old->disconnect;
        $t->exits($t->reap($run), 10, "$name: $ddl");
        is($m->type('n'), 'integer', "$name, $ddl: not swapped");
        $m->ended("$name, $ddl", 'abort');
    }
    before('swap', "$name, a function", $things);
    my ($old, $run) = waiting('swap');
    $t->sql_as(owner => 'alter function app.g() security invoker; create function app.h() returns int language plpgsql as $$begin return (select max(id) from app.t); end$$');
    $old->disconnect;
    $t->exits($t->reap($run), 0, "$name: a function");
    is($t->value(q{select prosecdef from pg_proc where proname = 'g'}), 0, "$name: it is as it was altered");
    $t->sql('drop function app.h()');
    $m->ended("$name, a function", 'finish');
};

section 'a snapshot that has let its lock go' => sub {
    my $name = 'a snapshot that has let its lock go';
    for my $mode ('wait', 'strict')
    {
        before('swap', $name);
        $m->both("insert into %T select i, 1, 'new' from generate_series(5000, 5099) i");
        $m->both('update %T set n = n + 1 where id <= 10');
        my $reader = $t->connect(user => 'writer');
        $reader->do($_) for 'begin isolation level repeatable read', 'savepoint a';
        my $sees = sub { join ' ', $reader->selectrow_array(q{select count(*), sum(n), count(*) filter (where note = 'new') from app.t}) };
        my $seen = $sees->();
        my $run = $t->spawn('swap', 'app.t', '--old-snapshots', $mode, '--lock-timeout', '900ms', '--blocker-age', '10min', '--swap-deadline', '3s', '--retry-pause', '200ms');
        sleep 0.7;
        $reader->do('rollback to a');
        $t->exits($t->reap($run), 6, "$name, $mode: the swap waits for it");
        is($sees->(), $seen, "$name, $mode: it sees what it saw");
        $reader->disconnect;
        $m->ended("$name, $mode", 'swap', 'finish');
    }
};

section 'a snapshot from the time in which the rest is applied' => sub {
    my $name = 'a snapshot from the time in which the rest is applied';
    before('swap', $name);
    my ($old, $run) = waiting('swap', '--pause-at', 'apply-read', '--swap-deadline', '12s', '--dual-write=off');
    $m->both("insert into %T select i, 1, 'new' from generate_series(5000, 9999) i");
    my $point = $t->hold('apply-read');
    $old->disconnect;
    $t->arrived($point, $run);
    my $reader = $t->connect(user => 'writer');
    $reader->do('begin isolation level repeatable read');
    $t->sql('select pg_advisory_lock(1)');
    $t->async($reader, 'select pg_advisory_lock(1)');
    $t->wait_until('it has its snapshot', sub { $t->value("select count(*) from pg_stat_activity where pid = $reader->{pg_pid} and wait_event = 'advisory'") });
    $t->let_go($point);
    $t->exits($t->reap($run), 6, "$name: the swap waits for it");
    $t->sql('select pg_advisory_unlock(1)');
    $t->done($reader);
    is(($reader->selectrow_array('select count(*) from app.t'))[0], 6000, "$name: it sees all that was there");
    $reader->disconnect;
    $m->ended($name, 'swap', 'finish');
};

section 'COPY that waits for the lock' => sub {
    my $name = 'COPY that waits for the lock';
    before('swap', $name);
    my $point = $t->hold('swap-locked');
    $writer->do('begin; lock table app.t in row exclusive mode');
    my $run = $t->spawn('swap', 'app.t', '--pause-at', 'swap-locked', '--blocker-age', '10min', '--lock-timeout', '5min', '--max-lock-hold', '5min',
        '--retry-pause', '200ms');
    $t->swap_waits('app.t', $run);
    $m->both("insert into %T values (5000, 1, 'new')");
    $m->both('update %T set n = 7 where id = 5');
    $writer->do('commit');
    $t->arrived($point, $run);
    my $file = "$ENV{TESTDIR}/copy.$$";
    my $copy = fork() // die "fork: $!";
    if ($copy == 0)
    {
        open(STDOUT, '>', $file);
        exec 'psql', '-X', '-q', '-d', $t->conninfo('writer'), '-c', 'copy app.t to stdout' or POSIX::_exit(127);
    }
    $t->wait_until('it waits', sub { $t->value(q{select count(*) from pg_stat_activity where query like 'copy app.t%' and wait_event_type = 'Lock'}) });
    $t->let_go($point);
    $t->exits($t->reap($run), 0, $name);
    waitpid $copy, 0;
    my @copied = sort split /\n/, PostgreSQL::Test::Utils::slurp_file($file);
    is_deeply(\@copied, [ sort map { join "\t", @$_ } @{ $t->rows('select * from mirror.t') } ], "$name: it has the rows of the last moment");
    $m->ended($name, 'finish');
};

# A statement takes one snapshot, and a function in it may touch the table only after a while, in which it may wait
# for a lock that is none of ours.
# Its snapshot is of before the swap, and it reads the table after it.  Where the last changes are applied under the lock
# only "strict" waits for it; what was written to both tables it sees in either.
for my $how ([ 'strict', '--old-snapshots=strict', '--dual-write=off' ], ['both tables are written'])
{
    my ($which, @options) = @$how;
    section "a statement that comes to the table late, $which" => sub {
        my $name = "a statement that comes to the table late, $which";
        $t->sql(q{create or replace function app.late() returns bigint stable language plpgsql as
            'begin perform pg_advisory_lock(1); return (select sum(n) from app.t); end'});
        before('swap', $name);
        my $point = $t->hold('swap-locked');
        $writer->do('begin; lock table app.t in row exclusive mode');
        my $run = $t->spawn('swap', 'app.t', @options, '--pause-at', 'swap-locked', '--blocker-age', '10min', '--lock-timeout', '5min',
            '--max-lock-hold', '5min', '--retry-pause', '200ms');
        $t->swap_waits('app.t', $run);
        $m->both('update %T set n = 7 where id = 5');
        $writer->do('commit');
        $t->arrived($point, $run);
        my $reader = $t->connect(user => 'writer');
        $t->sql('select pg_advisory_lock(1)');
        my $statement = $reader->prepare('select app.late()', { pg_async => PG_ASYNC });
        $statement->execute;
        $t->wait_until('it is on its way', sub { $t->value("select count(*) from pg_stat_activity where pid = $reader->{pg_pid} and wait_event = 'advisory'") });
        my $attempts = sub { scalar @{ $t->status('app.t')->{swap}{attempt_log} // [] } };
        my $before = $attempts->();
        $t->let_go($point);
        if (@options) { $t->wait_until('an attempt gives way', sub { die "it ended: $run->{err}" unless $t->lives($run); $attempts->() > $before }) }
        else { $t->exits($t->reap($run), 0, "$name: it need not wait") }
        $t->sql('select pg_advisory_unlock(1)');
        $t->done($reader);
        is(($statement->fetchrow_array)[0], $t->value('select sum(n) from mirror.t'), "$name: it sees what it should");
        $t->exits($t->reap($run), 0, $name);
        $t->sql('drop function app.late()');
        $m->ended($name, 'finish');
    };
}

# The after-hook kills the program: swapped, and the rest of the work left to whoever comes next.
sub killed_after_swap
{
    my ($name, $more) = @_;
    $m->make($more);
    my $run = $t->pgswap('run', 'app.t', @ALTER, '--hook-after-swap', 'kill -9 $PPID; sleep 1');
    isnt($run->{exit}, 0, "$name: killed");
    is($t->status('app.t')->{phase}, 'swapped', "$name: swapped");
    return;
}

section 'a foreign key is dropped before it is validated' => sub {
    my $name = 'a foreign key is dropped before it is validated';
    my $child = 'create table app.c (id int primary key, t_id int constraint c_fk references app.t); insert into app.c select i, i from generate_series(1, 50) i;
        create table app.d (id int primary key, t_id int constraint d_fk references app.t)';
    for my $end ([ 'finish' ], [ 'revert', 'abort' ])
    {
        killed_after_swap("$name, @$end", $child);
        $t->sql_as(owner => 'alter table app.c drop constraint c_fk; drop table app.d');
        if ($end->[0] eq 'revert')
        {
            $t->exits($t->pgswap('revert', 'app.t'), 10, "$name: revert says that the table was altered");
            $end = ['finish'];
        }
        $m->ended("$name, @$end", @$end);
        $t->sql('drop table app.c');
    }
};

section 'capture is switched off after a revert' => sub {
    my $name = 'capture is switched off after a revert';
    before('revert', $name, 'create table app.c (id int, t_id int constraint c_fk references app.t) partition by range (id);
        create table app.c1 partition of app.c for values from (0) to (1000); insert into app.c select i, i from generate_series(1, 50) i');
    $t->exits($t->pgswap('revert', 'app.t'), 0, "$name: revert");
    load_without_triggers(5000);
    $t->exits($t->pgswap('run', 'app.t'), 0, "$name: run copies again and swaps");
    is($m->type('n'), 'bigint', "$name: swapped");
    is($t->value(q{select string_agg(convalidated::text, ' ') from pg_constraint where contype = 'f' and conrelid::regclass::text ~ '^app'}), 'true true', "$name: the foreign key is there");
    $m->ended($name, 'finish');
    $t->sql('drop table app.c');
};

section 'the table is dropped between attempts' => sub {
    for my $command ('swap', 'revert')
    {
        my $name = "the table is dropped between attempts of $command";
        before($command, $name);
        my $point = $t->hold('before-swap');
        my $run = $t->spawn($command, 'app.t', '--pause-at', 'before-swap');
        $t->arrived($point, $run);
        $t->exits($t->pgswap('pause', 'app.t'), 0, "$name: pause");
        $t->let_go($point);
        $t->wait_until('it waits', sub { die "it ended: $run->{err}" unless $t->lives($run); ($t->status('app.t')->{waiting_for} // '') =~ /paused/ });
        $t->sql('drop table app.t');
        $t->exits($t->pgswap('continue', 'app.t'), 0, "$name: continue");
        $t->exits($t->reap($run), 10, $name);
        like($run->{err}, qr/app\.t, which the migration works on, is gone/, "$name: it is said");
        $t->sql("drop table $_->[0]") for @{ $t->rows(q{select oid::regclass from pg_class where relname = 't' and relnamespace::regnamespace::text like 'pgswap%'}) };
        $t->exits($t->pgswap($command eq 'swap' ? 'abort' : 'finish', 'app.t'), 0, "$name: ended");
    }
};

section 'the table is renamed while a run begins' => sub {
    my $name = 'the table is renamed while a run begins';
    before('revert', $name);
    $t->exits($t->pgswap('finish', 'app.t'), 0, "$name: its state stays");
    $m->make();
    $writer->do('begin; lock table pgswap.migration in share mode');
    my $run = $t->spawn('run', 'app.t', @ALTER);
    $t->wait_until('it waits to begin', sub { die "it ended: $run->{err}" unless $t->lives($run);
        $t->value(q{select count(*) from pg_locks where not granted and relation = 'pgswap.migration'::regclass}) });
    $t->sql('alter table app.t rename to renamed');
    $writer->do('commit');
    $t->exits($t->reap($run), 10, $name);
    like($run->{err}, qr/table app\.t was renamed meanwhile/, "$name: it is said");
    $t->sql('alter table app.renamed rename to t');
    $t->exits($t->pgswap('run', 'app.t', @ALTER), 0, "$name: run again");
    $m->ended($name, 'finish');
};

section 'a view is dropped while it is described' => sub {
    my $name = 'a view is dropped while it is described';
    before('swap', $name);
    $writer->do('create view app.v as select id from app.t');
    $writer->do('begin; drop view app.v');
    my $run = $t->spawn('swap', 'app.t', '--retry-pause', '200ms');
    $t->wait_until('it waits for that', sub { die "it ended: $run->{err}" unless $t->lives($run);
        $t->value(q{select count(*) from pg_locks where not granted and relation is not null}) });
    $writer->do('commit');
    $t->exits($t->reap($run), 6, $name);
    like($run->{err}, qr/hint: .*was dropped while it was read.*again/, "$name: it is said");
    $m->ended($name, 'swap', 'finish');
};

# Locks that stop no reader or writer are not collected either: a wait for one would be a wait for the others.
section 'other locks' => sub {
    my $name = 'other locks';
    before('swap', $name, 'create table app.c (id int primary key, t_id int references app.t)');
    my ($x, $y) = map { $t->connect(user => undef) } 1, 2;
    $x->do('begin; lock table app.c in share row exclusive mode');
    my $run = $t->spawn('swap', 'app.t', '--blocker-age', '10min', '--retry-pause', '200ms');
    $t->wait_until('it waits', sub { die "it ended: $run->{err}" unless $t->lives($run);
        $t->value(q{select count(*) from pg_locks where not granted and relation = 'app.c'::regclass}) });
    my ($looks, $both) = (0, 0);
    while ($looks < 20)
    {
        $y->do('begin; lock table app.t in share row exclusive mode; commit');
        my ($waits, $holds) = @{ $t->rows(q{select count(*), count(h.pid) from pg_locks w left join pg_locks h on h.pid = w.pid
            and h.granted and h.relation = 'app.t'::regclass and h.mode ~ 'Exclusive'
            where not w.granted and w.relation = 'app.c'::regclass})->[0] };
        $looks++ if $waits;
        $both += $holds;
        sleep 0.01;
    }
    is($both, 0, "$name: nobody waits for the table because we wait for another");
    $x->do('commit');
    $t->exits($t->reap($run), 0, "$name: swap");
    $m->ended($name, 'finish');
    $t->sql('drop table app.c');
};

section 'a function is replaced while it is made to compile anew' => sub {
    my $name = 'a function is replaced while it is made to compile anew';
    before('swap', $name, q{create or replace function app.g() returns bigint language plpgsql as 'begin return (select count(*) from app.t); end'});
    $writer->do(q{begin; create or replace function app.g() returns bigint language plpgsql as 'begin return (select count(*) + 1 from app.t); end'});
    my $run = $t->spawn('swap', 'app.t', '--lock-timeout', '5s', '--max-lock-hold', '5s', '--retry-pause', '200ms');
    $t->wait_until('it waits for that', sub { die "it ended: $run->{err}" unless $t->lives($run);
        $t->value(q{select count(*) from pg_locks where not granted and locktype = 'transactionid'}) });
    $writer->do('commit');
    $t->exits($t->reap($run), 0, $name);
    is($t->value('select app.g()'), 1001, "$name: it is the new one");
    $m->ended($name, 'finish');
};

# No standby server answers: whoever commits with synchronous_commit waits without end.
section 'finish while commits do not come back' => sub {
    my $name = 'finish while commits do not come back';
    my $names = sub { $t->sql($_) for "alter system set synchronous_standby_names = '$_[0]'", 'select pg_reload_conf()' };
    $t->sql('set synchronous_commit = local');
    for my $command ('finish', 'abort')
    {
        before($command eq 'finish' ? 'revert' : 'swap', "$name, $command");
        my $reader = $t->connect(user => 'writer');
        $reader->do($_) for 'begin', 'select 1 from app.t limit 1';
        my $run = $t->spawn($command, 'app.t', '--blocker-age', '10min', '--lock-timeout', '5min');
        $t->swap_waits('app.t', $run);
        $names->('nobody');
        my $probe = $t->connect(user => undef);
        $t->async($probe, 'create table mirror.probe ()');
        $t->wait_until('commits wait', sub { $t->value(qq{select count(*) from pg_stat_activity where pid = $probe->{pg_pid} and wait_event = 'SyncRep'}) });
        $reader->do('commit');
        $t->wait_until('its commit waits', sub { die "it ended: $run->{err}" unless $t->lives($run);
            $t->value(qq{select count(*) from pg_stat_activity where wait_event = 'SyncRep' and pid <> $probe->{pg_pid}}) });
        is(($reader->selectrow_array('select count(*) from app.t'))[0], 1000, "$name, $command: readers read meanwhile");
        $names->('');
        $t->exits($t->reap($run), 0, "$name: $command");
        $t->done($probe);
        $t->sql('drop table mirror.probe');
        $m->ended("$name, $command");
    }
};

# Capture is gone then, and all else there.
section 'finish and abort are killed in the middle' => sub {
    my $name = 'finish and abort are killed in the middle';
    for my $command ('finish', 'abort')
    {
        before($command eq 'finish' ? 'revert' : 'swap', "$name, $command");
        my $point = $t->hold('capture-off');
        my $run = $t->spawn($command, 'app.t', '--pause-at', 'capture-off');
        $t->arrived($point, $run);
        $t->kill_run($run, 'KILL');
        $t->let_go($point);
        $m->both("insert into %T select i, 1, 'new' from generate_series(5000, 5099) i");
        $t->exits($t->pgswap('revert', 'app.t'), 4, "$name: no way back over what was missed") if $command eq 'finish';
        $t->exits($t->pgswap('run', 'app.t'), 0, "$name: run copies again") if $command eq 'abort';
        $m->ended("$name, $command", 'finish');
    }
};

done_testing();
