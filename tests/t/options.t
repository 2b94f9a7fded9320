# Options are bound to commands: one that a command does not take is refused with its name, in whatever
# form it is given; the environment is for all commands, but holds no name and no value that means nothing.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Test;
use Test::More;

my $t = Pgswap::Test->start('options');
$t->sql_as(owner => 'create table app.t (id int primary key, n int); insert into app.t select i, i from generate_series(1, 500) i');
my @ALTER = ('--alter', 'ALTER COLUMN n TYPE bigint');
$t->exits($t->pgswap('run', 'app.t', @ALTER, '--until=ready'), 0, 'run --until=ready');

sub fails
{
    my ($run, $pattern, $name) = @_;
    $t->exits($run, 1, $name);
    like($run->{err}, $pattern, "$name: says which");
    return;
}

# An option of another command, by its long name, a letter, an abbreviation.
for my $case ([ 'swap', '--alter=x', 'alter' ], [ 'swap', '-ax', 'alter' ], [ 'swap', '--until=ready', 'until' ],
    [ 'swap', '--hold', 'hold' ], [ 'abort', '--keep=10d', 'keep' ], [ 'status', '--hold', 'hold' ], [ 'status', '--alt=x', 'alter' ],
    [ 'pause', '--jobs=3', 'jobs' ], [ 'pause', '-j3', 'jobs' ], [ 'continue', '--lock-timeout=1s', 'lock-timeout' ],
    [ 'verify', '--max-lock-hold=1s', 'max-lock-hold' ], [ 'follow', '--force-rewrite', 'force-rewrite' ],
    [ 'revert', '--chunk-blocks=3', 'chunk-blocks' ], [ 'finish', '--no-revert', 'no-revert' ],
    [ 'plan', '--jobs=3', 'jobs' ], [ 'run', '--keep=1d', 'keep' ])
{
    my ($command, $option, $name) = @$case;
    fails($t->pgswap($command, 'app.t', $option), qr/^pgswap: error: $command does not take option --$name$/m, "$command $option");
}
is($t->status('app.t')->{phase}, 'ready', 'nothing was done');

# A map for the way back is part of the change.
my $run = $t->pgswap('run', 'app.t', '--reverse-map', 'n=42');
$t->exits($run, 4, 'run with another reverse map');
like($run->{err}, qr/another change/, 'run with another reverse map: says why');

# The environment.
sub with { my ($variables, @line) = @_; my $command = shift @line; return $t->pgswap($command, { env => $variables }, @line) }
$t->exits(with({ PGSWAP_ALTER => 'x', PGSWAP_JOBS => 3, PGSWAP_HOLD => 'on' }, 'status', 'app.t'), 0, 'variables of another command');
fails(with({ PGSWAP_LOCK_TIMEOTU => '1s' }, 'status', 'app.t'), qr/PGSWAP_LOCK_TIMEOTU/, 'an unknown variable');
fails(with({ PGSWAP_lock_timeout => '1s' }, 'status', 'app.t'), qr/PGSWAP_lock_timeout/, 'a variable in small letters');
fails(with({ PGSWAP_LOCK_TIMEOUT => 'zzz' }, 'swap', 'app.t'), qr/error: PGSWAP_LOCK_TIMEOUT: invalid duration "zzz"$/m, 'a wrong time');
fails(with({ PGSWAP_JOBS => '0' }, 'verify', 'app.t'), qr/error: PGSWAP_JOBS: .*"0"/, 'a wrong number');
fails(with({ PGSWAP_OLD_SNAPSHOTS => 'never' }, 'swap', 'app.t'), qr/error: PGSWAP_OLD_SNAPSHOTS: .*"never"\n.*wait\|strict\|ignore/, 'a wrong word');
fails(with({ PGSWAP_VERBOSE => 'maybe' }, 'status', 'app.t'), qr/error: PGSWAP_VERBOSE: .*"maybe"/, 'neither on nor off');
unlike(with({ PGSWAP_JSON => 'off' }, 'status', 'app.t')->{out}, qr/^\{/, 'off is off');
$t->exits(with({ PGSWAP_JOBS => 'zzz' }, 'verify', 'app.t', '--jobs=1'), 0, 'the command line wins over a wrong value');
$run = with({ PGSWAP_ALTER => 'ALTER COLUMN n TYPE text' }, 'run', 'app.t', @ALTER, '--until=ready');
$t->exits($run, 0, 'the command line wins over a list, too');

# Values on the command line.
fails($t->pgswap('run', 'app.t', "--$_->[0]"), qr/error: option --\Q$_->[1]\E: .*"\Q$_->[2]\E"/, $_->[0])
    for [ 'until=done', 'until', 'done' ], [ 'force=all', 'force', 'all' ], [ 'matviews=keep', 'matviews', 'keep' ],
    [ 'old-snapshots=never', 'old-snapshots', 'never' ], [ 'log-format=xml', 'log-format', 'xml' ],
    [ 'lock-timeout=soon', 'lock-timeout', 'soon' ], [ 'jobs=1001', 'jobs', '1001' ], [ 'lock-timeout=0', 'lock-timeout', '0' ];

# Commands: near ones, and what they are called elsewhere.
for my $case ([ rnu => 'run' ], [ stat => 'status' ], [ finsh => 'finish' ], [ resume => 'continue' ], [ cancel => 'abort' ],
    [ rollback => 'revert' ], [ cutover => 'swap' ], [ list => 'status' ])
{
    my ($typed, $meant) = @$case;
    my $out = $t->pgswap($typed, 'app.t');
    fails($out, qr/there is no command "$typed"/, $typed);
    like($out->{err}, qr/^pgswap: hint: .*"pgswap $meant"/m, "$typed: $meant is meant");
}
unlike($t->pgswap('quux')->{err}, qr/mean/, 'a word like none of them: no guess');

# Help of a command: its options and no other.
$run = $t->pgswap('abort', '--help');
$t->exits($run, 0, 'abort --help');
like($run->{out}, qr/^Usage:\n  pgswap abort .*TABLE/m, 'abort --help: usage');
like($run->{out}, qr/^ +--lock-timeout=TIME/m, 'abort --help: --lock-timeout');
unlike($run->{out}, qr/--(?:alter|keep|hold|jobs)\b/, 'abort --help: no other');
like($t->pgswap('finish', '-?')->{out}, qr/--keep=TIME/, 'finish -?: --keep');
unlike($t->pgswap('status', '--help')->{out}, qr/The swap/, 'status --help: no heading without options');

# What a hook gets has names of its own, and a hook can call pgswap.
my $log = "$ENV{TESTDIR}/hook.$$";
my $conninfo = $t->conninfo('owner');
$run = $t->pgswap('swap', 'app.t', '--hook-before-swap',
    "env | grep ^PGSWAP_ | sort >'$log'; '$Pgswap::Test::PROGRAM' status -d \"$conninfo\" >>'$log'");
$t->exits($run, 0, 'swap with a hook that calls pgswap');
my $said = PostgreSQL::Test::Utils::slurp_file($log);
like($said, qr/^PGSWAP_HOOK=before-swap\nPGSWAP_HOOK_MIGRATION=\d+\nPGSWAP_HOOK_PHASE=ready\nPGSWAP_HOOK_TABLE=app\.t\n/m, 'the variables of a hook');
unlike($said, qr/^PGSWAP_(?:TABLE|PHASE|MIGRATION|ERROR)=/m, 'and none by an old name');
like($said, qr/^app\.t  migration/m, 'status in a hook: all migrations');
$run = $t->pgswap('finish', 'app.t', '--keep=1d', '--hook-failure', "echo \"\$PGSWAP_HOOK: \$PGSWAP_HOOK_ERROR\" >'$log'");
$t->exits($run, 4, 'finish that fails');
like(PostgreSQL::Test::Utils::slurp_file($log), qr/^failure: the swap is only/, 'hook-failure: what failed');

# -q: warnings and errors, and what was asked for.
$t->sql_as(owner => 'create table app.quiet (id int primary key, n int); insert into app.quiet select i, i from generate_series(1, 500) i');
like($t->pgswap('plan', '-q', 'app.quiet', @ALTER)->{out}, qr/^Plan for app\.quiet/, 'plan -q: the plan');
for my $line ([ 'run', @ALTER ], ['verify'], [ 'run', @ALTER ], ['revert'], ['swap'], ['finish'])
{
    my ($command, @options) = @$line;
    $run = $t->pgswap($command, 'app.quiet', '-q', @options);
    $t->exits($run, 0, "$command -q");
    is($run->{out} . $run->{err}, '', "$command -q: is quiet");
}

done_testing();
