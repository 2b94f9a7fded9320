# What became of it is told: a swap that a held run makes, a hook that fails after it, who is at work, what was
# aborted and by whom, and a way back that is free again.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Test;
use Test::More;

my $t = Pgswap::Test->start('outcome');
my @widen = ('--alter', 'ALTER COLUMN a TYPE bigint');

sub table { $t->sql_as(owner => "create table app.$_[0] (id int primary key, a int); insert into app.$_[0] select g, g from generate_series(1, 200) g"); return "app.$_[0]" }
sub held
{
    my ($table, @more) = @_;
    my $run = $t->spawn('run', $table, @widen, '--hold', @more);
    $t->wait_until('it holds', sub { $t->value(q{select to_regclass('pgswap.migration')})
        && $t->value("select hold from pgswap.migration where table_name = '" . $table =~ s/app\.//r . "'") });
    return $run;
}

# "no revert since …" goes as soon as the row fits again, whoever applies it.
my $table = table('stale');
$t->exits($t->pgswap('run', $table, @widen), 0, 'run');
$t->sql("update $table set a = 3000000000 where id in (7, 8)");
my $follow = $t->spawn('follow', $table);
$t->wait_until('the row is found', sub { $t->value('select revert_problem from pgswap.migration') });
$t->kill_run($follow, 'TERM');
$t->sql("update $table set a = id where id in (7, 8)");
my $point = $t->hold('before-swap');
my $revert = $t->spawn('revert', $table, '--pause-at=before-swap', '--drain-keys=1');
$t->arrived($point, $revert);
ok($t->status($table)->{revert}{possible}, 'the row was applied: a revert is possible');
$t->let_go($point);
$t->exits($t->reap($revert), 0, 'revert');
$t->exits($t->pgswap('swap', $table), 0, 'swap');
ok($t->status($table)->{revert}{possible}, 'a revert is possible after it');

# swap of a held run ends when the swap is through; with --no-wait at once.
$table = table('waits');
my $run = held($table, '--pause-at=before-swap');
$point = $t->hold('before-swap');
my $swap = $t->spawn('swap', $table);
$t->arrived($point, $run);
ok($t->lives($swap), 'swap waits for the run that it has released');
$t->let_go($point);
$t->exits($t->reap($swap), 0, 'swap');
is($t->status($table)->{phase}, 'swapped', 'and the table is swapped when it ends');
$t->exits($t->reap($run), 0, 'the run');

$table = table('at_once');
$run = held($table, '--pause-at=before-swap');
$point = $t->hold('before-swap');
$t->exits($t->pgswap('swap', $table, '--no-wait'), 0, '--no-wait');
$t->arrived($point, $run);
isnt($t->status($table)->{phase}, 'swapped', 'it ended before the swap');

# Who is at work is named. When that run is killed, a swap that waits for it makes the swap itself.
my $busy = $t->pgswap('finish', $table);
is($busy->{exit}, 8, 'another one is refused');
like($busy->{err}, qr/role owner.*server process \d+.*since \d{4}-/s, 'by whom and since when is said') or diag($busy->{err});
$swap = $t->spawn('swap', $table);
$t->kill_run($run, 'KILL');
$t->let_go($point);
$t->exits($t->reap($swap), 0, 'swap after the run was killed');
is($t->status($table)->{phase}, 'swapped', 'it is swapped');

# A hook that fails after the swap.
$table = table('hook');
$run = $t->pgswap('run', $table, @widen, '--hook-after-swap', 'exit 4');
$t->exits($run, 12, 'the hook after the swap fails');
like($run->{err}, qr/after-swap.*\b4\b/s, 'it is named');
is($t->status($table)->{phase}, 'swapped', 'the swap is done');

# What was aborted and reverted stays in the history, with who did it.
$table = table('aborted');
$t->exits($t->pgswap('run', $table, @widen, '--until=ready'), 0, 'run');
$t->exits($t->pgswap('pause', $table), 0, 'pause');
$t->exits($t->pgswap('abort', $table), 0, 'abort');
is($t->status($table)->{paused}, undef, 'nothing that is over is paused');
is($t->status($table)->{phase}, 'aborted', 'status knows of it');
is($t->value(q{select string_agg(detail->>'to' || ' by ' || (detail->>'by'), ', ') from pgswap.event
    where kind = 'phase' and detail->>'to' = 'aborted'}), 'aborted by owner', 'and who did it');
is($t->value(q{select string_agg(detail->>'to' || ' by ' || (detail->>'by'), ', ' order by at) from pgswap.event e
    where kind = 'phase' and migration = 1 and detail->>'to' in ('swapped', 'ready') and detail->>'from' in ('swapped', 'ready')}),
    'swapped by owner, ready by owner, swapped by owner', 'who swapped and reverted, too');
like($t->pgswap('status', $table)->{out}, qr/^  ended     \S+ by role owner/m, 'status says it');
is($t->status($table)->{finished_by}, 'owner', 'in JSON, too');
$t->exits($t->pgswap('abort', $table), 0, 'it is aborted already');
$t->exits($t->pgswap('finish', $table), 1, 'and that is not finished');
$t->exits($t->pgswap('run', $table, @widen), 0, 'a new run of the table');
$t->exits($t->pgswap('finish', $table), 0, 'finish');

# finish and abort connect again, as all that works for long does.
for my $end (qw(finish abort))
{
    $table = table("cut_$end");
    $t->exits($t->pgswap('run', $table, @widen, $end eq 'abort' ? '--until=ready' : ()), 0, 'run');
    $point = $t->hold('capture-off');
    $run = $t->spawn($end, $table, '--pause-at=capture-off', '--reconnect=5min');
    $t->arrived($point, $run);
    $t->sql(q{select pg_terminate_backend(pid) from pg_stat_activity where usename = 'owner'});
    $t->let_go($point);
    $t->exits($t->reap($run), 0, "$end over a line that was cut");
    is($t->status($table)->{phase}, "${end}ed", '  it came to its end');
}
$t->exits($t->pgswap('finish', "app.$_"), 0, 'finish') for qw(stale waits at_once hook);
$t->is_clean('nothing but the history is left');
done_testing();
