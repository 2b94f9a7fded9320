# The races of a dual write, stepped; what becomes of it when pgswap is stopped or dies; and every snapshot during one,
# under writers of all isolation levels.  The judge is a session of its own that compares both tables in one snapshot.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use DBD::Pg qw(:async);
use Pgswap::Cases;
use Pgswap::Oracle;
use Pgswap::Test;
use Pgswap::Writers;
use Test::More;
use Time::HiRes qw(sleep time);

my $t = Pgswap::Test->start('dual_races', autovacuum => 'off', deadlock_timeout => '5s');
my @ALTER = ('--alter', q(ALTER COLUMN n TYPE bigint));
my $look = $t->connect(user => undef);

sub section { return Pgswap::Cases::run($t, @_) }

sub id { return $t->value(q{select id from pgswap.migration order by id desc limit 1}) }

sub log_of { return sprintf 'pgswap.log_%d_1_blue', id() }

sub logged { return $t->value('select count(*) from ' . log_of()) }

# Keys that are logged, or compacted in the set that is in use.
sub pending
{
    my ($migration) = @_;
    my ($set) = $look->selectrow_array("select blue_set from pgswap.pair where migration = $migration");
    return "select k1 from pgswap.log_${migration}_1_blue union all select k1 from pgswap.dirty_${migration}_1_blue_$set";
}

# Rows of which one table has what the other has not, keys in the log aside.
sub apart
{
    my $pending = pending(id());
    my $rows = 'select id, n, note from %s where id not in (select k1 from p where k1 is not null)';
    my $standby = sprintf $rows, sprintf('pgswap_%d_green.t', id());
    my $live = sprintf $rows, 'app.t';
    return $look->selectrow_array("with p as ($pending) select count(*) from (($live except all $standby) union all ($standby except all $live)) d");
}

sub is_apart { my ($name) = @_; return is(apart(), 0, "$name: both tables are equal") }

# However slow this machine is, both tables are written while the program stands.
sub extend { return $t->sql(sprintf q{select pgswap.dual_write_until('infinity', %d)}, id()) }

# The program stands at the point in the swap, of 2000 rows.
sub swap_at
{
    my ($name, $stand, @before) = @_;
    $t->sql('drop table if exists app.t cascade');
    $t->sql_as(owner => 'create table app.t (id int primary key, n int, note text);'
        . q(insert into app.t select i, 0, 'old' from generate_series(1, 2000) i; grant all on app.t to writer));
    $t->exits($t->pgswap('run', 'app.t', @ALTER, '--until=ready'), 0, "$name: ready");
    my $point = $t->hold($stand);
    my $run = $t->spawn('swap', 'app.t', '--retry-pause', '200ms', '--pause-at', join(',', $stand, @before));
    $t->arrived($point, $run);
    extend() unless $name =~ /time is over/;
    return ($point, $run);
}

# On to another point, and to no other between.
sub on_to
{
    my ($point, $next, $run) = @_;
    my $there = $t->hold($next);
    $t->let_go($point);
    $t->arrived($there, $run);
    extend();
    return $there;
}

sub goes_through
{
    my ($name, $point, $run, $rows) = @_;
    $t->let_go($point);
    $t->exits($t->reap($run), 0, "$name: the swap");
    is($t->value('select count(*) from app.t'), $rows, "$name: no row is lost") if defined $rows;
    $t->exits($t->pgswap('finish', 'app.t'), 0, "$name: finish");
    return $t->is_clean("$name: nothing is left");
}

sub writer { return $t->connect(user => 'writer') }

# ---- apply beside writers ---------------------------------------------------------------------

# Keys that are pending and neither in live nor in standby: more rows than a statement may write.
my @ABSENT = (q(insert into app.t select i, 1, 'gone' from generate_series(3001, 4100) i), 'delete from app.t where id > 3000');

section 'put in between the look at live and the delete' => sub {
    my $name = 'put in between the look at live and the delete';
    my ($point, $run) = swap_at($name, 'dual-begun', 'dual-locked');
    my $writer = writer();
    $writer->do($_) for @ABSENT;
    is(logged(), 2200, "$name: these keys are pending");
    $point = on_to($point, 'dual-locked', $run);
    is($writer->do(q(insert into app.t select i, 2, 'new' from generate_series(3001, 3990) i)), 990, "$name: written to both");
    is(logged(), 0, "$name: and not logged");
    $writer->disconnect;
    goes_through($name, $point, $run, 2990);
};

section 'put in between the delete and the insert' => sub {
    my $name = 'put in between the delete and the insert';
    my ($point, $run) = swap_at($name, 'dual-begun', 'dual-gone');
    my $writer = writer();
    $writer->do($_) for @ABSENT;
    $point = on_to($point, 'dual-gone', $run);
    $writer->do(q(insert into app.t select i, 2, 'new' from generate_series(3001, 3990) i));
    $writer->disconnect;
    goes_through($name, $point, $run, 2990);
};

section 'rows that are being applied' => sub {
    my $name = 'rows that are being applied';
    my ($point, $run) = swap_at($name, 'dual-begun', 'dual-gone');
    my $writer = writer();
    $writer->do(q(update app.t set n = 1, note = 'much'));
    is(logged(), 2000, "$name: their keys are pending");
    $point = on_to($point, 'dual-gone', $run);
    $t->async($writer, q(update app.t set n = 7, note = 'late' where id between 1 and 900));
    $t->blocked($writer);
    $t->let_go($point);
    is($t->done($writer), 900, "$name: the writer waits for the batch and goes on");
    $writer->disconnect;
    $t->exits($t->reap($run), 0, "$name: the swap");
    is($t->value(q(select count(*) from app.t where n = 7 and note = 'late')), 900, "$name: what it wrote is there");
    is($t->value(q(select count(*) from app.t where n = 1)), 1100, "$name: the others, too");
    $t->exits($t->pgswap('finish', 'app.t'), 0, "$name: finish");
};

section 'a writer is in the way of a batch' => sub {
    my $name = 'a writer is in the way of a batch';
    my ($point, $run) = swap_at($name, 'dual-begun');
    my $writer = writer();
    $writer->do(q(update app.t set n = 1, note = 'much'));
    $writer->do('begin');
    $writer->do('update app.t set n = 2 where id <= 500');
    $t->let_go($point);
    sleep 1;
    ok($t->lives($run), "$name: the batch gives way, and is tried again");
    $writer->do(q(update app.t set note = 'more' where id <= 500));
    $writer->do('commit');
    $writer->disconnect;
    $t->exits($t->reap($run), 0, "$name: the swap");
    is($t->value(q(select count(*) from app.t where n = 2 and note = 'more')), 500, "$name: what it wrote is there");
    $t->exits($t->pgswap('finish', 'app.t'), 0, "$name: finish");
};

# ---- writers with a snapshot, or a function, of before ----------------------------------------

for my $level ('repeatable read', 'serializable')
{
    section "$level, of before the row was applied" => sub {
        my $name = "$level, of before the row was applied";
        my ($point, $run) = swap_at($name, 'dual-begun');
        my $writer = writer();
        $writer->do(q(insert into app.t select i, 1, 'logged' from generate_series(3001, 4100) i));
        $writer->do("begin isolation level $level");
        is($writer->selectrow_array('select count(*) from app.t'), 3100, "$name: it sees the rows");
        $t->let_go($point);
        $t->wait_until('they are applied, and its snapshot is waited for', sub {
            die "it ended: $run->{err}" unless $t->lives($run);
            return ($t->status('app.t')->{waiting_for} // '') =~ /old snapshot: pid $writer->{pg_pid}\b/ });
        is_apart($name);
        is($writer->do(q(update app.t set n = 5 where id in (1, 3001, 4000))), 3, "$name: it changes some");
        $writer->do('delete from app.t where id = 4001');
        $writer->do('commit');
        $writer->disconnect;
        $t->exits($t->reap($run), 0, "$name: the swap");
        is($t->value('select count(*) from app.t where n = 5'), 3, "$name: what it wrote is there");
        is($t->value('select count(*) from app.t'), 3099, "$name: what it deleted is not");
        $t->exits($t->pgswap('finish', 'app.t'), 0, "$name: finish");
    };
}

section 'a transaction that has written to the log' => sub {
    my $name = 'a transaction that has written to the log';
    my $writer = writer();
    $t->sql('drop table if exists app.t cascade');
    $t->sql_as(owner => 'create table app.t (id int primary key, n int, note text);'
        . q(insert into app.t select i, 0, 'old' from generate_series(1, 2000) i; grant all on app.t to writer));
    $t->exits($t->pgswap('run', 'app.t', @ALTER, '--until=ready'), 0, "$name: ready");
    $writer->do('begin');
    $writer->do('update app.t set n = 1 where id = 1');
    my $point = $t->hold('dual-begun');
    my $run = $t->spawn('swap', 'app.t', '--retry-pause', '200ms', '--blocker-age', '1h', '--pause-at', 'dual-begun');
    $t->arrived($point, $run);
    extend();
    $writer->do('update app.t set n = 2 where id = 2');
    $writer->do('delete from app.t where id = 3');
    $writer->do('update app.t set n = 3 where id = 1');
    $writer->do('commit');
    is(logged(), 1, "$name: of its three keys the first is logged");
    is_apart($name);
    is($writer->selectrow_array('select n from app.t where id = 1'), 3, "$name: it is as written");
    $writer->disconnect;
    goes_through($name, $point, $run, 1999);
};

# ---- SERIALIZABLE ------------------------------------------------------------------------------

# One reads a row and writes elsewhere, the other has read there and writes that row: one of both may commit.
for my $way ('wait', 'ignore')
{
    section "a write skew across the swap, $way" => sub {
        my $name = "a write skew across the swap, $way";
        $t->sql('drop table if exists app.other');
        $t->sql_as(owner => 'create table app.other (id int primary key, n int); insert into app.other values (1, 0); grant all on app.other to writer');
        my ($point, $run) = swap_at($name, 'swap-close');
        my ($one, $two) = (writer(), writer());
        $_->do('begin isolation level serializable') for $one, $two;
        $two->selectrow_array('select n from app.other where id = 1');
        $one->selectrow_array('select n from app.t where id = 1');
        $one->do('update app.other set n = 1 where id = 1');
        $one->do('commit');
        if ($way eq 'ignore')
        {
            $t->kill_run($run, 'KILL');
            $t->let_go($point);
            $t->exits($t->pgswap('swap', 'app.t', '--serializable=ignore', '--old-snapshots=ignore'), 0, "$name: the swap");
            ok(eval { $two->do('update app.t set n = 1 where id = 1'); $two->do('commit'); 1 }, "$name: both commit");
        }
        else
        {
            $t->let_go($point);
            $t->wait_until('the swap waits for a SERIALIZABLE transaction', sub {
                die "it ended: $run->{err}" unless $t->lives($run);
                return ($t->status('app.t')->{waiting_for} // '') =~ /SERIALIZABLE transaction/ });
            ok(!eval { $two->do('update app.t set n = 1 where id = 1'); $two->do('commit'); 1 }, "$name: the other one does not commit");
            is($two->state, '40001', "$name: serialization failure");
            $two->do('rollback');
            $t->exits($t->reap($run), 0, "$name: then the swap");
        }
        $_->disconnect for $one, $two;
        $t->exits($t->pgswap('finish', 'app.t'), 0, "$name: finish");
        $t->is_clean("$name: nothing is left");
    };
}

# ---- the end of it ----------------------------------------------------------------------------

sub writes_logged
{
    my ($name) = @_;
    my $before = logged();
    $t->sql('update app.t set n = n + 1 where id = 77');
    return is(logged() - $before, 1, "$name: keys are logged again");
}

sub begins_again
{
    my ($name) = @_;
    $t->exits($t->pgswap('swap', 'app.t'), 0, "$name: swapped at last");
    is($t->value('select n from app.t where id = 77'), $t->{n77}, "$name: what was written meanwhile is there") if defined $t->{n77};
    $t->exits($t->pgswap('finish', 'app.t'), 0, "$name: finish");
    return $t->is_clean("$name: nothing is left");
}

for my $end ([ 'killed, and its time is over' => undef ], [ 'killed, and paused' => 'pause' ], [ 'killed, and stopped by SQL' => 'sql' ], [ 'killed, and given up' => 'abort' ])
{
    my ($name, $how) = @$end;
    section $name => sub {
        my ($point, $run) = swap_at($name, 'swap-close');
        $t->kill_run($run, 'KILL');
        $t->let_go($point);
        $t->wait_until('its session is gone', sub { !$t->value(q{select count(*) from pg_stat_activity where application_name = 'pgswap'}) });
        my $status = $t->status('app.t');
        ok($status->{dual_write}{since}, "$name: status says that both tables are written");
        $t->sql('update app.t set n = n + 1 where id = 77');
        is(logged(), 0, "$name: and so it is");
        if (($how // '') eq 'abort')
        {
            $t->exits($t->pgswap('abort', 'app.t'), 0, "$name: abort");
            return $t->is_clean("$name: nothing is left");
        }
        $t->exits($t->pgswap('pause', 'app.t'), 0, "$name: pause") if ($how // '') eq 'pause';
        $t->sql('set role owner; select pgswap.stop_dual_write(); reset role') if ($how // '') eq 'sql';
        $t->wait_until('its time is over', sub { $t->sql('update app.t set n = n where id = 78'); logged() > 0 }) unless $how;
        writes_logged($name);
        is_apart($name);
        if ($how)
        {
            is($t->pgswap('swap', 'app.t')->{exit}, 11, "$name: paused") if $t->status('app.t')->{paused};
            $t->exits($t->pgswap('continue', 'app.t'), 0, "$name: continue");
        }
        begins_again($name);
    };
}

section 'a swap that is given up' => sub {
    my $name = 'a swap that is given up';
    my ($point, $run) = swap_at($name, 'swap-close');
    my $reader = $t->connect(user => 'writer');
    $reader->do('begin');
    $reader->do('select count(*) from app.t');
    kill 'INT', $run->{pid};
    $t->let_go($point);
    isnt($t->reap($run)->{exit}, 0, "$name: it ends");
    is($t->status('app.t')->{dual_write}, undef, "$name: nothing is written to both tables any more");
    writes_logged($name);
    $reader->disconnect;
    begins_again($name);
};

# ---- every snapshot ---------------------------------------------------------------------------

section 'every snapshot' => sub {
    my $name = 'every snapshot';
    my $writers = Pgswap::Writers->new($t, rows => 4000);
    $t->exits($t->pgswap('run', 'app.item', '--alter', 'ALTER COLUMN id TYPE bigint, ALTER COLUMN amount TYPE numeric', '--until=ready'), 0, "$name: ready");
    $writers->start;
    my $point = $t->hold('swap-close');
    my $run = $t->spawn('swap', 'app.item', '--pause-at', 'swap-close', '--retry-pause', '200ms');
    $t->arrived($point, $run);
    extend();
    my $migration = id();
    my $columns = 'id, uid, slot, grp, amount, note, raw, legacy';
    my ($snapshots, $different, $rows, $logged) = (0, 0, 0, 0);
    my $end = time() + 15;
    while (time() < $end && $writers->alive)
    {
        $look->do('begin isolation level repeatable read');
        my $pending = pending($migration);
        my ($apart) = $look->selectrow_array(<<~"SQL");
            with p as materialized ($pending), live as materialized (select $columns from app.item where id not in (select k1 from p)),
            standby as materialized (select $columns from pgswap_${migration}_green.item where id not in (select k1 from p))
            select count(*) from ((select * from live except all select * from standby) union all (select * from standby except all select * from live)) d
            SQL
        $logged += $look->selectrow_array("select count(*) from ($pending) p");
        $look->do('commit');
        $snapshots++;
        $different++ if $apart;
        sleep 0.05;
    }
    cmp_ok($snapshots, '>', 5, "$name: there were some");
    is($different, 0, "$name: no difference in any of them");
    note("$snapshots snapshots, $logged keys logged in them");
    $t->let_go($point);
    $t->exits($t->reap($run), 0, "$name: the swap");
    $writers->advance(20);
    $writers->stop;
    my $found = Pgswap::Oracle::compare($t->{admin}, 'mirror.item', 'app.item', key => ['id']);
    is_deeply($found->{differences}, [], "$name: no write is lost");
    $t->exits($t->pgswap('verify', 'app.item'), 0, "$name: the way back, too");
    $t->exits($t->pgswap('revert', 'app.item'), 0, "$name: revert");
    $t->exits($t->pgswap('abort', 'app.item'), 0, "$name: abort");
    $t->is_clean("$name: nothing is left");
};

done_testing();
