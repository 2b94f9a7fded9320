# With --json every command answers with one object on stdout, when it succeeds and when it fails, that is as
# doc/schema says; the same things are told in the same words everywhere.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use IPC::Run ();
use JSON::PP ();
use Pgswap::Test;
use Sys::Hostname qw(hostname);
use Test::More;

my $t = Pgswap::Test->start('json');
my @N = ('--alter', 'ALTER COLUMN n TYPE bigint');
my @answers;

# Runs the command and keeps its answer, which has to fit the exit code; all are validated at the end.
sub answer
{
    my ($name, $exit, $command, @line) = @_;
    my $run = $t->pgswap($command, @line, '--json');
    return kept($name, $exit, $run, $command);
}

sub kept
{
    my ($name, $exit, $run, $schema) = @_;
    $t->exits($run, $exit, $name);
    push @answers, [ $name, $schema, $run->{out} ];
    my $object = eval { $t->json($run) };
    ok(ref $object eq 'HASH', "$name: one object") or return {};
    is($object->{error} ? $object->{error}{code} : 0, $exit, "$name: the exit code is in it");
    like($run->{err}, qr/\Q$object->{error}{message}\E/, "$name: with the words of stderr")
        if $object->{error} && $object->{error}{message} !~ /[^ -~]|\?/;
    return $object;
}

sub make
{
    my ($table, $rows) = @_;
    $t->sql("drop table if exists $table");
    $t->sql_as(owner => "create table $table (id int primary key, n int, x text); "
        . "insert into $table select i, i, i::text from generate_series(1, $rows) i");
    return;
}

sub told { my ($object) = @_; return [ @$object{qw(table phase)} ] }

# Usage.
my @COMMANDS = qw(plan run status verify swap pause continue follow revert finish abort);
answer("$_: an unknown option", 1, $_, 'app.t', '--nonsense') for @COMMANDS;
my $object = answer('an option of another command, before --json', 1, 'status', '--hold', 'app.t');
is($object->{error}{kind}, 'fault', 'usage: kind');
answer("$_: no table", 1, $_) for grep { $_ ne 'status' } @COMMANDS;
kept('an unknown command', 1, $t->pgswap('nonsense', '--json'), 'usage');
kept('no command', 1, $t->pgswap('--json', { no_dbname => 1 }), 'usage');
kept('a wrong variable, PGSWAP_JSON', 1, $t->pgswap('status', { env => { PGSWAP_JSON => 'on', PGSWAP_NIX => 1 } }), 'status');
answer('bytes that are no UTF-8', 3, 'run', "app.\xff\xfe", @N);
answer('an option of such bytes', 1, 'run', 'app.t', "--\xff\xfe");

# No server, no table, no migration.
make('app.t', 500);
for my $command (@COMMANDS)
{
    my @change = $command =~ /plan|run/ ? @N : ();
    my $refused = kept("$command: no server", 2, $t->pgswap($command, { no_dbname => 1 }, '-d', 'host=127.0.0.1 port=1 connect_timeout=5',
        'app.t', @change, '--json'), $command);
    is($refused->{server_version}, undef, "$command: no server, no version");
    answer("$command: no such table", 1, $command, 'app.nix', @change);
}
answer("$_: no migration", $_ eq 'abort' ? 0 : 1, $_, 'app.t') for grep { !/plan|run/ } @COMMANDS;
is_deeply(answer('status: none at all', 0, 'status')->{migrations}, [], 'status: none at all');

# plan
$object = answer('plan', 0, 'plan', 'app.t', @N);
is($object->{table}, 'app.t', 'plan: table');
$object = answer('plan: PostgreSQL needs no rewrite', 4, 'plan', 'app.t', '--alter', 'ADD COLUMN z int');
is($object->{table}, 'app.t', 'plan: table, refused');
is($object->{error}{kind}, 'refused', 'plan: kind');
answer('run: refused', 4, 'run', 'app.t', '--alter', 'ADD COLUMN z int');
$object = answer('plan: not accepted', 3, 'plan', 'app.t', '--alter', 'ALTER COLUMN nix TYPE int');
is($object->{error}{sqlstate}, '42703', 'plan: SQLSTATE');

# The whole way, there and back.
is_deeply(told(answer('run --until=ready', 0, 'run', 'app.t', @N, '--until=ready')), [ 'app.t', 'ready' ], 'run --until=ready');
answer('run: another change', 4, 'run', 'app.t', '--alter', 'ALTER COLUMN n TYPE text');
answer('finish: not swapped', 4, 'finish', 'app.t');
answer('follow: not swapped', 4, 'follow', 'app.t');
$object = answer('verify', 0, 'verify', 'app.t');
is_deeply([ @$object{qw(state rows_compared rows_different)} ], [ 'clean', 500, 0 ], 'verify: what it found');
answer('pause', 0, 'pause', 'app.t');
ok(defined answer('status: paused', 0, 'status', 'app.t')->{paused}, 'status: paused');
answer('continue', 0, 'continue', 'app.t');
is(answer('status: not paused', 0, 'status', 'app.t')->{paused}, undef, 'status: not paused');

my $green = $t->value(q{select green::regclass from pgswap.pair});
$t->sql("update $green set n = -1 where id in (7, 9)");
$object = answer('verify: different', 5, 'verify', 'app.t');
is_deeply([ @$object{qw(state rows_different)} ], [ 'different', 2 ], 'verify: what it found');
like($object->{error}{key}, qr/^\(id\)=\([79]\)$/, 'verify: the key of one');
$t->sql("update $green set n = id where id in (7, 9)");
answer('verify: clean again', 0, 'verify', 'app.t');

my $lock = $t->connect;
$lock->begin_work;
$lock->do('lock table app.t in access share mode');
$object = answer('swap: no lock', 6, 'swap', 'app.t', '--swap-deadline=300ms', '--lock-timeout=50ms');
is($object->{error}{kind}, 'lock', 'swap: kind');
$lock->rollback;

$object = answer('swap, with a hook that prints', 0, 'swap', 'app.t', '--hook-after-swap', 'echo swapped');
is_deeply(told($object), [ 'app.t', 'swapped' ], 'swap');
cmp_ok($object->{swap}{attempts}, '>=', 1, 'swap: attempts');
cmp_ok($object->{swap}{lock_held_seconds}, '>', 0, 'swap: lock held');
is_deeply(told(answer('swap again', 0, 'swap', 'app.t')), [ 'app.t', 'swapped' ], 'swap again');
answer('run again', 0, 'run', 'app.t', @N);
answer('abort: swapped', 4, 'abort', 'app.t');
answer('verify: swapped', 0, 'verify', 'app.t');
answer('follow', 0, 'follow', 'app.t', '--follow=100ms');
$object = answer('status: swapped', 0, 'status', 'app.t');
like($object->{swap}{swapped_at}, qr/^\d{4}-.*Z$/, 'status: swapped_at');
cmp_ok($object->{swap}{lock_held_seconds}, '<', 60, 'status: the lock was held for so many seconds, and not milliseconds');
is_deeply(told(answer('revert', 0, 'revert', 'app.t')), [ 'app.t', 'ready' ], 'revert');
is_deeply(told(answer('revert again', 0, 'revert', 'app.t')), [ 'app.t', 'ready' ], 'revert again');
answer('swap once more', 0, 'swap', 'app.t');
answer('finish: too early', 4, 'finish', 'app.t', '--keep=1d');
$object = answer('finish', 0, 'finish', 'app.t');
is_deeply(told($object), [ 'app.t', 'finished' ], 'finish');
cmp_ok($object->{dropped_bytes}, '>', 0, 'finish: dropped_bytes');
is_deeply(told(answer('finish again', 0, 'finish', 'app.t')), [ 'app.t', 'finished' ], 'finish again');
answer('status: finished', 0, 'status', 'app.t');

# Data that does not fit: column, SQLSTATE and key; the second try is told the same.
make('app.t', 500);
$t->sql(q{update app.t set x = 'abc' where id = 123});
my @X = ('--alter', 'ALTER COLUMN x TYPE int USING x::int', '--no-revert');
for my $try ('bad data', 'bad data, again')
{
    $object = answer($try, 3, 'run', 'app.t', @X);
    is_deeply([ @{ $object->{error} }{qw(kind sqlstate column key)} ], [ 'statement', '22P02', 'x', '(id)=(123)' ], "$try: what is at fault");
}
like($t->status('app.t')->{last_error}, qr/abc/, 'status: last_error');
is_deeply(told(answer('abort', 0, 'abort', 'app.t')), [ 'app.t', 'aborted' ], 'abort');
$t->sql('update app.t set x = id, n = 1 where id in (5, 6)');
$object = answer('a duplicate', 3, 'run', 'app.t', '-f', file('alter table :green alter column x type varchar(50); create unique index t_n_idx on :green (n)'));
like($object->{error}{key}, qr/^\(id\)=\([156]\)$/, 'a duplicate: the key of one row');
answer('abort', 0, 'abort', 'app.t');

# Who and where, how fast and how long: a run in the midst of its copy, and one that was killed.
make('app.t', 20000);
my $point = $t->hold('chunk-read');
my $run = $t->spawn('run', 'app.t', @N, '--jobs=1', '--chunk-blocks=4', '--pause-at', 'chunk-read', '--json');
$t->arrived($point, $run);
$t->step($point, $run) for 1 .. 3;
$object = answer('status: copying', 0, 'status', 'app.t');
is_deeply([ @{ $object->{run_by} }{qw(role host pid)} ], [ 'owner', hostname(), $run->{pid} ], 'status: run by whom');
ok($object->{run_by}{alive}, 'status: alive');
cmp_ok($object->{rows_per_second}, '>', 0, 'status: rate');
cmp_ok($object->{seconds_left}, '>', 0, 'status: time left');
kept('another pgswap is at work', 8, $t->pgswap('verify', 'app.t', '--json'), 'verify');
$t->kill_run($run, 'KILL');
$t->let_go($point);
$t->wait_until('its session is gone', sub { !$t->status('app.t')->{run_by}{alive} });
is($t->status('app.t')->{seconds_left}, undef, 'status: nobody works, no time left');
$run = $t->spawn('run', 'app.t', '--json', '--until=ready', '--jobs=1', '--chunk-blocks=4', '--pause-at', 'chunk-read');
$point = $t->hold('chunk-read');
kill 'TERM', $run->{pid} if eval { $t->arrived($point, $run) };
$t->let_go($point);
kept('run: stopped', 7, $t->reap($run), 'run');
answer('abort', 0, 'abort', 'app.t');

# Names: one spelling, in JSON and in text.
for my $name ('app."order"', 'app."Ta""ble"', 'app.plain')
{
    make($name, 10);
    is(answer("$name: plan", 0, 'plan', $name, @N)->{table}, $name, "$name: plan");
    $run = $t->pgswap('run', $name, @N, '--until=ready');
    like($run->{out}, qr/^\Q$name\E is ready/, "$name: run in text");
    is(answer("$name: $_", 0, $_, $name)->{table}, $name, "$name: $_") for qw(verify status run);
    like($t->pgswap('status', $name)->{out}, qr/^\Q$name\E  migration/, "$name: status in text");
    is(answer("$name: finish", 0, 'finish', $name)->{table}, $name, "$name: finish");
}
$object = answer('status of all', 0, 'status');
is_deeply([ map { $_->{table} } @{ $object->{migrations} } ], [ 'app.plain', 'app."Ta""ble"', 'app."order"', ('app.t') x 4 ], 'status of all, the aborted too');

# The schemas, by a validator that is not ours.
my ($verdicts, $trouble) = ('', '');
my $lines = join '', map { JSON::PP->new->ascii->encode([ @$_[1, 2] ]) . "\n" } @answers;
my $tree = Pgswap::Test::tree();
IPC::Run::run([ '/usr/bin/python3', '-W', 'ignore', "$tree/tests/schema.py", "$tree/doc/schema" ], '<', \$lines, '>', \$verdicts, '2>', \$trouble)
    or diag($trouble);
my @verdicts = split /\n/, $verdicts;
is(scalar @verdicts, scalar @answers, 'all answers are validated');
is($verdicts[$_] // 'not validated', 'ok', "$answers[$_][0]: as doc/schema/$answers[$_][1].json says") for 0 .. $#answers;

done_testing();

sub file
{
    my ($text) = @_;
    my $path = "$ENV{TESTDIR}/change.$$.sql";
    open(my $out, '>', $path) or die "$path: $!";
    print $out $text;
    close $out;
    return $path;
}
