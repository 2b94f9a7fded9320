# Interleavings, stepped: the run stands at a pause point while other sessions act, then goes on.
# Each ends with the table equal to its mirror, which got the same statements.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Mirror;
use Pgswap::Test;
use Test::More;

my $t = Pgswap::Test->start('races', autovacuum => 'off');
my @ALTER = ('--alter', 'ALTER COLUMN n TYPE bigint');

# Full pages (41 rows a block, 24 blocks); free space only where a test makes it.
my $m = Pgswap::Mirror->new($t, setup => q{create table app.t (id int primary key, n int unique, note text) with (fillfactor = 100);
    insert into app.t select i, i, repeat('x', 150) from generate_series(1, 984) i});
my $writer = $m->session;

sub block { return $t->value("select (ctid::text::point)[0]::int from app.t where id = $_[0]") }

# Starts a run that stops at the point, hands it to the body, and sees it to its good end.
sub race
{
    my ($name, $place, $options, $body) = @_;
    note($name);
    my $point = $t->hold($place);
    my $run = $t->spawn('run', 'app.t', @ALTER, '--jobs', 1, '--chunk-blocks', 4, '--pause-at', $place, @$options);
    eval { $t->arrived($point, $run); $body->($point, $run); 1 } or fail("$name: $@");
    $t->let_go($point);
    $t->exits($t->reap($run), 0, $name);
    return $run;
}

# -- a row that a chunk has read goes away before the chunk commits
$m->make();
my $name = 'chunk reads row, row is deleted, chunk commits';
race($name, 'chunk-read', [], sub { $m->both('delete from %T where id in (1, 5)') });
$m->finished($name);

$m->make();
$name = 'chunk reads row, row changes its key, chunk commits';
race($name, 'chunk-read', [], sub { $m->both('update %T set id = 5000 where id = 3'); $m->both('update %T set id = -id where id = 4') });
$m->finished($name);

$m->make();
$name = 'chunk reads row, row is deleted and inserted again with another value';
race($name, 'chunk-read', [], sub { $m->both('delete from %T where id = 2'); $m->both(q{insert into %T values (2, 2, 'again')}) });
$m->finished($name);

# -- a row moves forward: it is copied twice
$m->make();
$name = 'a row moves forward over the chunk border';
$m->both('delete from %T where id between 900 and 1000');
$t->sql('vacuum app.t');
race($name, 'chunk-read', [], sub {
    my ($point, $run) = @_;
    my $from = block(1);
    $m->both(q{update %T set note = repeat('y', 150) where id = 1});
    cmp_ok(block(1), '>=', $from + 8, 'the row has moved forward, into blocks that are still to be copied');
    $m->both(q{update %T set note = repeat('z', 151), id = 2001 where id = 2});
});
$m->finished($name);

# -- a row moves backward: it is not copied at all
$m->make();
$name = 'a row moves backward over the chunk border';
$m->both('delete from %T where id between 10 and 20');
$t->sql('vacuum app.t');
race($name, 'chunk-read', [], sub {
    my ($point, $run) = @_;
    $t->step($point, $run);
    my $from = block(980);
    $m->both(q{update %T set note = repeat('y', 150) where id = 980});
    cmp_ok(block(980), '<', 4, "the row has moved backward, from block $from into the first chunk");
    $m->both(q{update %T set note = repeat('z', 150), id = 2002 where id = 981});
    cmp_ok(block(2002), '<', 4, 'so has a row with its key');
});
$m->finished($name);

# -- the log is compacted while a writer is open
$m->make();
$name = 'log compaction against open writers';
race($name, 'chunk-read', [], sub {
    my ($point, $run) = @_;
    my @open = map { $t->connect(user => undef) } 1 .. 2;
    $_->do('begin') for @open;
    $m->both('update %T set n = n + 10000 where id between 50 and 60', $open[0]);
    $m->both('delete from %T where id = 970', $open[1]);
    $m->both('update %T set n = n + 20000 where id between 70 and 80');
    $t->step($point, $run) for 1 .. 2;
    $m->both('update %T set n = n + 20000 where id between 70 and 80');
    $m->both('insert into %T values (3000, 3000, $$late$$)', $open[1]);
    $open[1]->do('commit');
    $t->step($point, $run);
    $open[0]->do('savepoint s');
    $m->both('delete from %T where id = 500', $open[0]);
    $open[0]->do('rollback to s');
    $m->both('update %T set id = 4000 where id = 50', $open[0]);
    $open[0]->do('commit');
    $m->both('update %T set n = null where id = 71');
});
$m->finished($name);

# -- writers around the beginning of the capture
$m->make();
$name = 'a writer that is open when the capture begins';
my $early = $t->connect(user => undef);
$early->do('begin');
$m->both('insert into %T values (6000, 6000, $$early$$)', $early);
my $run = $t->spawn('run', 'app.t', @ALTER, '--jobs', 1);
$t->wait_until('the capture waits for the writer', sub {
    die "it has ended: $run->{err}" unless $t->lives($run);
    return $t->value(q{select count(*) from pg_locks where not granted and relation = 'app.t'::regclass});
});
is($t->value(q{select count(*) from pg_trigger where not tgisinternal and tgrelid = 'app.t'::regclass}), 0, 'no trigger yet');
$m->both('update %T set n = -1 where id = 10', $early);
$early->do('commit');
$t->exits($t->reap($run), 0, $name);
$m->finished($name);

$m->make();
$name = 'a REPEATABLE READ transaction begun before the capture and writing after it';
my $old = $t->connect(user => undef);
$old->do('begin isolation level repeatable read; select 1');
race($name, 'capture-ready', [], sub {
    $m->both('insert into %T values (7000, 7000, $$old snapshot$$)', $old);
    $m->both('update %T set note = null where id = 100', $old);
    $old->do('commit');
    $m->both('update %T set note = null where id = 101');
});
$m->finished($name);

$m->make();
$name = 'rows written after the last chunk';
race($name, 'copy-done', [], sub {
    $m->both('delete from %T where id <= 10');
    $m->both('insert into %T select i, i, $$new$$ from generate_series(8000, 8100) i');
    $m->both('update %T set id = id + 100000 where id between 300 and 310');
});
$m->finished($name);

# -- unique values that change hands between two batches of the apply
$m->make();
$name = 'unique values are exchanged between batches';
my $point = $t->hold('copy-done');
$run = $t->spawn('run', 'app.t', @ALTER, '--pause-at', 'copy-done');
$t->arrived($point, $run);
$t->kill_run($run, 'KILL');
$t->let_go($point);
$m->both('update %T set n = 50001 where id = 1');
$m->both('update %T set n = 1 where id = 2');
race($name, 'apply-read', [ '--until=ready', '--drain-keys', 1 ], sub {
    $m->both('update %T set n = 2 where id = 1');
    $m->both('update %T set n = 60000 where id = 3');
    $m->both('update %T set n = 3 where id = 4');
    $m->both('update %T set n = 4 where id = 3');
});
$m->both('update %T set n = null where id = 6');
$m->both('update %T set n = 6 where id = 7');
$t->exits($t->pgswap('swap', 'app.t'), 0, "$name: swap");
$m->finished($name);

# -- a snapshot that is older than the copy: after the swap it would see an empty table
$m->make();
$name = 'a snapshot older than the copy';
$old->do('begin isolation level repeatable read; select 1');
$t->exits($t->pgswap('run', 'app.t', @ALTER, '--until=ready'), 0, "$name: ready");
$t->exits($t->pgswap('swap', 'app.t', '--swap-deadline', '2s'), 6, "$name: not swapped while it lives");
is(($old->selectrow_array('select count(*) from app.t'))[0], 984, "$name: it sees all rows");
$old->do('commit');
$t->exits($t->pgswap('swap', 'app.t'), 0, "$name: swapped when it is gone");
$m->finished($name);

# -- a writer queues behind the swap's lock and writes into the right table
$m->make();
$name = 'writers that wait for the swap';
$t->exits($t->pgswap('run', 'app.t', @ALTER, '--until=ready'), 0, "$name: ready");
$point = $t->hold('swap-locked');
$run = $t->spawn('swap', 'app.t', '--pause-at', 'swap-locked');
$t->arrived($point, $run);
my @queue = map { $t->connect(user => undef) } 1 .. 2;
$t->async($queue[0], q{update app.t set note = 'queued' where id = 1});
$t->async($queue[1], q{insert into app.t values (9000, 9000000000, 'wide')});
$t->blocked($_) for @queue;
$t->let_go($point);
$t->exits($t->reap($run), 0, $name);
is($t->done($_), 1, "$name: one row") for @queue;
$t->sql(q{update mirror.t set note = 'queued' where id = 1; alter table mirror.t alter n type bigint;
    insert into mirror.t values (9000, 9000000000, 'wide')});
$m->finished($name);
$t->is_clean('nothing is left');

done_testing();
