# A run that dies is continued; a run that is stopped stops at a safe point; an aborted one leaves
# nothing.  At every pause point, with writes before and after.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Mirror;
use Pgswap::Test;
use Test::More;
use Time::HiRes qw(sleep time);

my $t = Pgswap::Test->start('resume');
my @POINTS = qw(capture-ready chunk-read copy-done apply-read before-swap swap-locked);
my @RUN = ('run', 'app.t', '--alter', q{ALTER COLUMN id TYPE bigint, ADD COLUMN region text NOT NULL DEFAULT 'eu'},
    '--chunk-blocks', 8, '--drain-keys', 1);
my $m = Pgswap::Mirror->new($t, swapped => [ 'id', 'bigint' ], map => { region => q('eu') }, setup => q{create table app.t (id int primary key, code text unique, n int);
    insert into app.t select i, 'c' || i, i from generate_series(1, 10000) i});
my $round = 0;

# Some of everything, the same on both.
sub writes
{
    my $r = ++$round;
    $m->both(<<~SQL);
        update %T set n = n + 1 where id % 97 = $r % 97;
        update %T set id = id + 100000 where id between $r * 10 and $r * 10 + 3;
        delete from %T where id between 5000 + $r * 10 and 5003 + $r * 10;
        insert into %T select 200000 + $r * 100 + i, null, null from generate_series(1, 20) i;
        update %T set code = null where id = 9000 + $r;
        SQL
    return;
}

sub columns_of { return $t->value(q{select count(*) from pg_attribute where attrelid = 'app.t'::regclass and attname = 'region'}) }

# Waits until the server has noticed that the clients are gone.
sub backends_gone
{
    return $t->wait_until('the backends of a dead client are gone', sub {
        !$t->value(q{select count(*) from pg_stat_activity where usename = 'owner' and backend_type = 'client backend'}) });
}

# Starts a run that stands at the point; pending keys are there for apply-read.
sub run_to
{
    my ($place) = @_;
    my $point = $t->hold($place);
    my $run = $t->spawn(@RUN, '--pause-at', $place);
    $t->arrived($point, $run);
    return ($point, $run);
}

sub kill_at
{
    my ($place, $signal) = @_;
    my ($point, $run) = run_to($place);
    my $locked = $place eq 'swap-locked';    # nobody can write as long as it stands there
    writes() unless $locked;
    $t->kill_run($run, $signal);
    writes() unless $locked;
    $t->let_go($point);
    backends_gone();
    writes();
    return;
}

# Every point of one migration in turn, each time killed and continued.
$m->make();
for my $place (@POINTS)
{
    kill_at($place, 'KILL');
    is(columns_of(), 0, "killed at $place: not swapped");
    my $phase = $t->status('app.t')->{phase};
    ok($phase, "killed at $place: status tells the phase, $phase");
}
$t->exits($t->pgswap(@RUN), 0, 'killed at every point: the last run');
$m->ended('killed at every point', 'finish');

# Each point alone: killed, then one run that finishes.
for my $place (@POINTS)
{
    $m->make();
    if ($place eq 'apply-read') { kill_at('copy-done', 'KILL') }
    kill_at($place, 'KILL');
    $t->exits($t->pgswap(@RUN), 0, "killed at $place: run again");
    $m->ended("killed at $place", 'finish');
}

# Killed at any moment, with writes all the time.
$m->make();
my $seed = time() % 100000 | 0;
srand $seed;
diag("random kills: seed $seed");
my $kills = 0;
for (1 .. 8)
{
    my $run = $t->spawn(@RUN, '--until=ready', '--chunk-blocks', 1);
    my $end = time() + 0.03 + rand 0.15;
    while (time() < $end) { writes() if $round < 300; sleep 0.01 }
    $kills++ if $t->lives($run);
    $t->kill_run($run, 'KILL');
    backends_gone();
}
cmp_ok($kills, '>', 0, 'killed at random: some died on the way');
$t->exits($t->pgswap(@RUN), 0, 'killed at random: the last run');
$m->ended('killed at random', 'finish');

# What was copied is not copied again.
$m->make();
my ($point, $run) = run_to('chunk-read');
$t->step($point, $run) for 1 .. 3;
$t->kill_run($run, 'KILL');
$t->let_go($point);
backends_gone();
my $done = $t->value('select count(*) from pgswap.chunk');
my $at = $t->value('select min(done_at) from pgswap.chunk');
cmp_ok($done, '>', 0, 'chunks are on record when the run dies');
$t->exits($t->pgswap(@RUN), 0, 'the run goes on');
is($t->value('select min(done_at) from pgswap.chunk'), $at, 'the chunks that were done were kept');
$m->ended('chunks are kept', 'finish');

# The server crashes.
$m->make();
($point, $run) = run_to('chunk-read');
$t->step($point, $run) for 1 .. 2;
writes();
$t->{admin}->disconnect;
$point->{session}->disconnect;
$t->node->stop('immediate');
ok($t->node->start, 'the server comes back');
$t->{admin} = $t->connect(user => undef);
writes();
$t->reap($run);
ok($run->{exit} == 0 || $run->{exit} == 2, 'the server crashes: the connection is regained, or exit 2') or diag("$run->{exit}: $run->{err}");
like($run->{err}, qr/lost|connect/, 'the server crashes: it is said');
$t->exits($t->pgswap(@RUN), 0, 'the server crashed: run again');
$m->ended('the server crashed', 'finish');

# An unlogged table that a crash of the server empties never goes live.
$t->sql_as(owner => 'create table app.u (id int primary key, v text); insert into app.u select i, i::text from generate_series(1, 1000) i');
$t->exits($t->pgswap('run', 'app.u', '--alter', 'SET UNLOGGED', '--until=ready'), 0, 'unlogged: ready');
$t->{node}->stop('immediate');
$t->{node}->start;
$t->{admin} = $t->connect(user => undef);
my $swap = $t->pgswap('swap', 'app.u');
is($t->value('select count(*) from app.u'), 1000, 'unlogged: an empty table does not go live');
$t->exits($t->pgswap('run', 'app.u'), 0, 'unlogged: run copies again');
is($t->value('select count(*) from app.u'), 1000, 'unlogged: all rows are there');
$t->exits($t->pgswap('finish', 'app.u'), 0, 'unlogged: finish');

# Our backends are terminated: either the connection is regained, or exit 2 and run again.
$m->make();
($point, $run) = run_to('copy-done');
writes();
$t->sql(q{select pg_terminate_backend(pid) from pg_stat_activity where usename = 'owner'});
$t->let_go($point);
$t->reap($run);
ok($run->{exit} == 0 || $run->{exit} == 2, 'backends terminated: regained or exit 2') or diag("$run->{exit}: $run->{err}");
like($run->{err}, qr/57P01|terminat|connection/i, 'backends terminated: the reason is named') if $run->{exit};
$t->exits($t->pgswap(@RUN), 0, 'backends terminated: run again');
$m->ended('backends terminated', 'finish');

# Signals: the safe point, then it can be continued; the second signal does not wait for it.
for my $signal ('INT', 'TERM')
{
    $m->make();
    for my $place ('capture-ready', 'chunk-read', 'copy-done', 'before-swap')
    {
        ($point, $run) = run_to($place);
        kill $signal, $run->{pid};
        $t->let_go($point);
        $t->exits($t->reap($run), 7, "SIG$signal at $place") or $t->pgswap('finish', 'app.t');
        is(columns_of(), 0, "SIG$signal at $place: not swapped");
        $m->make() if columns_of();
        writes();
        backends_gone();
    }
    ($point, $run) = run_to('before-swap');
    kill $_, $run->{pid} for 'INT', 'TERM';    # two of a kind that come together are one
    $t->exits($t->reap($run), 7, "two signals end a waiting statement");
    $t->let_go($point);
    backends_gone();
    $t->exits($t->pgswap(@RUN), 0, "SIG$signal: run again");
    $m->ended("SIG$signal", 'finish');
}

# A second instance.
$m->make();
($point, $run) = run_to('chunk-read');
$t->exits($t->pgswap(@RUN), 8, 'a second run');
$t->exits($t->pgswap('abort', 'app.t'), 8, 'abort of a running one');
$t->exits($t->pgswap('swap', 'app.t'), 8, 'swap of a running one');
$t->exits($t->pgswap('finish', 'app.t'), 8, 'finish of a running one');
is($t->status('app.t')->{phase}, 'copy', 'status works meanwhile');
$t->let_go($point);
$t->exits($t->reap($run), 0, 'the first is not disturbed');
$m->ended('a second instance', 'finish');

# Abort at every point.
for my $place (@POINTS)
{
    $m->make();
    if ($place eq 'apply-read') { kill_at('copy-done', 'KILL') }
    my $schema = $place ne q(apply-read) ? $t->schema : undef;
    kill_at($place, 'KILL');
    $t->exits($t->pgswap('abort', 'app.t'), 0, "abort at $place");
    $t->is_clean("abort at $place leaves nothing");
    is($t->schema, $schema, "abort at $place: the database is as it was") if defined $schema;
    $m->equal("abort at $place");
    $t->exits($t->pgswap('abort', 'app.t'), 0, "abort at $place, again");
}

# Another specification does not continue this one.
$m->make();
$t->exits($t->pgswap(@RUN, '--until=ready'), 0, 'ready');
my $other = $t->pgswap('run', 'app.t', '--alter', 'ALTER COLUMN n TYPE bigint');
isnt($other->{exit}, 0, 'another specification is not a continuation');
like($other->{err}, qr/specification|abort/i, 'and it is told so');
$t->exits($t->pgswap('abort', 'app.t'), 0, 'abort when ready');
$t->is_clean('nothing is left');

done_testing();
