# The change log rotates: writers that began before, readers that keep a set, kills, both directions.  The judge is a mirror
# that the test writes as it writes the table.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use DBD::Pg qw(:async);
use Pgswap::Cases;
use Pgswap::Mirror;
use Pgswap::Test;
use Test::More;
use Time::HiRes qw(sleep);

my $t = Pgswap::Test->start('rotation', autovacuum => 'off');
my @ALTER = ('--alter', 'ALTER COLUMN n TYPE bigint');
my $ROWS = 40_000;
my $MUCH = 'id <= 30000';    # a megabyte of keys
my $m = Pgswap::Mirror->new($t, grant => 'all to writer',
    setup => "create table app.t (id int primary key, n int not null, note text); insert into app.t select i, 0, 'old' from generate_series(1, $ROWS) i");

sub section { return Pgswap::Cases::run($t, @_) }

sub id { return $t->value('select max(id) from pgswap.migration') }

# A column of the pair, the names of our tables in a set, what they take, and the keys in a log.
sub set { my ($colour) = @_; return $t->value(sprintf 'select %s_set from pgswap.pair where migration = %d', $colour // 'blue', id()) }

sub tables
{
    my ($set) = @_;
    return map { sprintf 'pgswap.%s_%d_1_blue_%s', $_, id(), $set } qw(log written dirty applied held);
}

sub bytes { my ($set) = @_; return $t->value('select ' . join ' + ', map {"pg_relation_size('$_')"} tables($set)) }

sub logged { my ($set) = @_; return $t->value('select count(*) from ' . (tables($set))[0]) }

sub writer { return $t->connect(user => 'writer') }

sub much
{
    my ($dbh) = @_;
    return $m->both("update %T set n = n + 1 where $MUCH", $dbh);
}

# Ready, and held in sync by a run that stands at these points.
sub in_sync
{
    my ($name, @points) = @_;
    $m->make;
    $t->exits($t->pgswap('run', 'app.t', @ALTER, '--until=ready'), 0, "$name: ready");
    return $t->spawn('run', 'app.t', @ALTER, '--hold', @points ? ('--pause-at', join ',', @points) : ());
}

# Until another set is in use than that one.
sub rotates
{
    my ($dbh, $colour) = @_;
    my $before = set($colour);
    $t->wait_until('the log rotates', sub { much($dbh); sleep 0.3; return set($colour) != $before });
    return set($colour);
}

sub swaps
{
    my ($name, $run) = @_;
    $t->exits($t->pgswap('swap', 'app.t'), 0, "$name: swap");
    $t->exits($t->reap($run), 0, "$name: the run that waited for it") if $run;
    $m->equal($name);
    $t->exits($t->pgswap('verify', 'app.t'), 0, "$name: the old table is in sync, too");
    $t->exits($t->pgswap('finish', 'app.t'), 0, "$name: finish");
    return $t->is_clean("$name: nothing is left");
}

for my $level ('read committed', 'repeatable read', 'serializable')
{
    section "$level, of before and of after" => sub {
        my $name = "$level, of before and of after";
        my $run = in_sync($name, qw(set-taken set-emptying));
        my $much = writer();
        my $point = $t->hold('set-taken');
        my @open = map { writer() } 1 .. 3;
        $_->do("begin isolation level $level") for @open;
        $m->both('update %T set n = -1 where id = 31001', $open[0]);
        $open[2]->selectrow_array('select 1');    # its snapshot
        much($much);
        $t->arrived($point, $run);
        is(set(), 1, "$name: a set is about to be replaced");
        $m->both('update %T set n = -2 where id = 34001', $open[1]);
        my $emptying = $t->hold('set-emptying');
        $t->let_go($point);
        $t->wait_until('the set is replaced', sub { set() == 2 });
        $m->both('delete from %T where id = 37001', $open[2]);
        $m->both('update %T set n = -3 where id = 31002', $open[0]);
        $m->both("insert into %T values (50001, 1, 'new')", $much);
        cmp_ok(logged(2), '>', 0, "$name: who begins now writes to the new one");
        $t->arrived($emptying, $run);
        $t->step($emptying, $run);
        cmp_ok(bytes(1), '>', 0, "$name: one that somebody has written to stays");
        $_->do('commit') for @open;
        cmp_ok(logged(1), '>', 1, "$name: keys have come late to the old one");
        $t->let_go($emptying);
        $t->wait_until('the old set is empty', sub { bytes(1) == 0 });
        swaps($name, $run);
    };
}

section 'keys that are compacted and not applied' => sub {
    my $name = 'keys that are compacted and not applied';
    $m->make;
    my $point = $t->hold('chunk-read');
    my $run = $t->spawn('run', 'app.t', @ALTER, '--jobs', 1, '--chunk-blocks', 150, '--until=ready', '--pause-at', 'chunk-read');
    $t->arrived($point, $run);
    $t->step($point, $run);
    my $writer = writer();
    my $rounds = 0;
    $m->both('delete from %T where id <= 10', $writer);
    $t->wait_until('they are compacted', sub { !logged(1) });
    $t->wait_until('the log rotates', sub {
        $m->both('update %T set n = n + 1 where id <= 15000', $writer);
        $rounds++;
        sleep 0.3;
        return set() == 2;
    });
    note("after $rounds rounds");
    is($t->value('select count(*) from ' . (tables(2))[2] . ' where k1 <= 10'), 10, "$name: they are taken over");
    $t->let_go($point);
    $t->exits($t->reap($run), 0, "$name: ready");
    swaps($name);
};

section 'a reader keeps the tables' => sub {
    my $name = 'a reader keeps the tables';
    my $run = in_sync($name);
    my $reader = $t->connect;    # of a role that status may look at
    $reader->do('begin isolation level repeatable read');
    $reader->do("set local application_name = 'dump'");
    $reader->selectrow_array('select count(*) from app.t');
    $reader->do('lock table ' . join(', ', tables(1)) . ' in access share mode');
    my $writer = writer();
    rotates($writer) for 1 .. 4;
    cmp_ok(bytes(1), '>', 0, "$name: what it has locked stays as it is");
    is($t->value(q{select count(*) from pg_class where relname ~ '^log_\d+_1_blue_\d+$'}), 3, "$name: the others are used in turn");
    sleep 11 - $t->value("select least(10, extract(epoch from now() - xact_start)) from pg_stat_activity where pid = $reader->{pg_pid}");
    my $keeper = $t->status('app.t')->{old_snapshot};
    is($keeper->{pid}, $reader->{pg_pid}, "$name: status says who it is");
    is($keeper->{application}, 'dump', "$name: and by which application");
    like($t->pgswap('status', 'app.t')->{out}, qr/^  snapshot  of pid $reader->{pg_pid} /m, "$name: in words, too");
    $reader->do('rollback');
    much($writer);
    $t->wait_until('its set is empty', sub { bytes(1) == 0 || set() == 1 });
    is($t->status('app.t')->{old_snapshot}, undef, "$name: nobody keeps a snapshot any more");
    swaps($name, $run);
};

for my $place (qw(set-taken set-replaced set-emptied))
{
    section "killed at $place" => sub {
        my $name = "killed at $place";
        my $run = in_sync($name, $place);
        my $point = $t->hold($place);
        my ($late, $writer) = (writer(), writer());
        $late->do('begin');
        $m->both('update %T set n = -1 where id = 39001', $late) if $place ne 'set-emptied';
        $t->wait_until("it stands at $place", sub {
            much($writer);
            sleep 0.3;
            return $t->value(q{select count(*) from pg_locks where locktype = 'advisory' and not granted and classid = 7473726});
        });
        $t->kill_run($run, 'KILL');
        $m->both('update %T set n = -2 where id = 39002', $late) if $place ne 'set-emptied';
        $t->let_go($point);
        $m->both('delete from %T where id = 39003', $writer);
        $t->wait_until('its session is gone', sub { !$t->value(q{select count(*) from pg_stat_activity where application_name = 'pgswap'}) });
        $late->do('commit');
        $m->both('update %T set n = 7 where id = 39004', $writer);
        $run = $t->spawn('run', 'app.t', @ALTER, '--hold');
        rotates($writer);
        swaps($name, $run);
    };
}

section 'while both tables are written, and on the way back' => sub {
    my $name = 'while both tables are written, and on the way back';
    $m->make;
    my $run = $t->spawn('run', 'app.t', @ALTER, '--hold', '--dual-write=always');
    $t->wait_until('both tables are written', sub {
        $t->value(q{select to_regclass('pgswap.migration') is not null}) && $t->value('select bool_or(dual_write) from pgswap.migration where finished_at is null') });
    my $writer = writer();
    $t->wait_until('the log rotates', sub {
        $m->both("update %T set n = n + 1 where id between $_ * 900 and $_ * 900 + 899", $writer) for 0 .. 30;
        return set() != 1;
    });
    like($t->value(q{select prosrc from pg_proc where proname ~ '^capture_.*_blue_update$'}), qr/written_\d+_1_blue_2 .*log_\d+_1_blue_2 /s,
        "$name: the functions write both tables, and to the new set");
    $m->both('update %T set n = 7 where id = 39004', $writer);
    $t->exits($t->pgswap('swap', 'app.t'), 0, "$name: swap");
    $t->exits($t->reap($run), 0, "$name: the run that waited for it");
    $m->equal($name);
    $run = $t->spawn('follow', 'app.t');
    rotates($writer, 'green');
    $m->both('update %T set n = 8 where id = 39005', $writer);
    $t->kill_run($run, 'INT');
    $t->exits($t->pgswap('revert', 'app.t'), 0, "$name: revert");
    $m->equal("$name, reverted");
    $t->exits($t->pgswap('abort', 'app.t'), 0, "$name: abort");
    $t->is_clean("$name: nothing is left");
};

done_testing();
