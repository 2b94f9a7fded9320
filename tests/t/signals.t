# Signals: the first is acknowledged at once and ends the program at a safe point, or by cancelling what still
# runs after five seconds; the second cancels at once. Neither is an error, and nothing is lost.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use IO::Pty;
use IO::Socket::INET;
use Pgswap::Mirror;
use Pgswap::Test;
use POSIX ();
use PostgreSQL::Test::Utils ();
use Test::More;

my $t = Pgswap::Test->start('signals');
my $m = Pgswap::Mirror->new($t, setup => q{create table app.t (id int primary key, n int, x text);
    insert into app.t select i, i, i::text from generate_series(1, 500) i});
my @RUN = ('run', 'app.t', '--alter', 'ALTER COLUMN n TYPE bigint', '--lock-timeout', '1min', '--max-lock-hold', '1min');
my $ACKNOWLEDGED = qr/^pgswap: stopping after the running statement; a second signal cancels it$/m;

sub err { return -e "$_[0]{base}.err" ? PostgreSQL::Test::Utils::slurp_file("$_[0]{base}.err") : '' }
sub acknowledged
{
    my ($run, $name) = @_;
    ok(eval { $t->wait_until('the signal is acknowledged', sub { err($run) =~ $ACKNOWLEDGED || !$t->lives($run) }, 30) }
        && err($run) =~ $ACKNOWLEDGED, "$name: acknowledged");
    return;
}

# Exit 7, in the tone of a note, once, with the way on.
sub stopped
{
    my ($run, $pattern, $name) = @_;
    $t->exits($t->reap($run, 60), 7, $name);
    like($run->{err}, $pattern, "$name: says so");
    unlike($run->{err}, qr/^pgswap: (?:error|warning)|user request/m, "$name: no error");
    is(() = $run->{err} =~ /^pgswap: note: (?:stopped|cancelled)/mg, 1, "$name: one message");
    like($run->{err}, qr/^pgswap: hint: [^\n]*same command/m, "$name: the way on");
    return;
}

sub backends_gone
{
    return $t->wait_until('no session of ours is left', sub {
        !$t->value(q{select count(*) from pg_stat_activity where usename = 'owner' and backend_type = 'client backend'}) }, 30);
}

sub goes_on
{
    my ($name) = @_;
    $t->exits($t->pgswap(@RUN), 0, "$name: run again");
    $m->equal($name);
    $t->exits($t->pgswap('finish', 'app.t'), 0, "$name: finish");
    return;
}

# A statement that does not end by itself is cancelled, whichever it is and whichever signal it was.
my @signals = ('TERM', 'INT', 'HUP');
for my $case ([ 'capture-ready', 'installing the capture triggers' ], [ 'chunk-read', 'copying' ], [ 'copy-done', 'copying' ],
    [ 'parity-begun', 'comparing' ], [ 'before-swap', 'swapping' ], [ 'swap-locked', 'swapping' ], [ 'swap-commit', 'swapping' ])
{
    my ($place, $doing) = @$case;
    my $signal = shift @signals;
    push @signals, $signal;
    my $name = "SIG$signal at $place";
    $m->make();
    my $point = $t->hold($place);
    my $run = $t->spawn(@RUN, '--pause-at', $place);
    $t->arrived($point, $run);
    $m->both('update %T set n = n + 1 where id = 7') unless $place =~ /^swap/;
    kill $signal, $run->{pid};
    acknowledged($run, $name);
    stopped($run, qr/^pgswap: note: cancelled while $doing, 5 s after the signal$/m, $name);
    is($m->type('n'), 'integer', "$name: not swapped");
    like($t->status('app.t')->{last_error}, qr/^cancelled while $doing/, "$name: status says so");
    $t->let_go($point);
    backends_gone();
    $m->both('update %T set n = n + 1 where id = 7');
    goes_on($name);
}

# The second signal does not wait; two workers, one message.
$m->make();
my $point = $t->hold('chunk-read');
my $run = $t->spawn(@RUN, '--pause-at', 'chunk-read', '--chunk-blocks', 1);
$t->arrived($point, $run, 2);
kill 'INT', $run->{pid};
acknowledged($run, 'twice');
kill 'INT', $run->{pid};
stopped($run, qr/^pgswap: note: cancelled by a second signal while copying$/m, 'twice');
is($t->status('app.t')->{last_error}, 'cancelled by a second signal while copying', 'twice: status says so');
$t->let_go($point);
backends_gone();
goes_on('twice');

# What ends within the time ends at a safe point; a swap that has begun goes through or is undone, and says which.
$m->make();
$point = $t->hold('chunk-read');
$run = $t->spawn(@RUN, '--pause-at', 'chunk-read');
$t->arrived($point, $run);
kill 'TERM', $run->{pid};
acknowledged($run, 'a chunk');
$t->let_go($point);
stopped($run, qr/^pgswap: note: (?:stopped at a safe point|cancelled while copying, 5 s after the signal)$/m, 'a chunk');
goes_on('a chunk');

$m->make();
$point = $t->hold('swap-commit');
$run = $t->spawn(@RUN, '--pause-at', 'swap-commit');
$t->arrived($point, $run);
kill 'TERM', $run->{pid};
acknowledged($run, 'a swap');
$t->let_go($point);
$t->reap($run, 60);
is($run->{exit} == 0 ? 'swapped' : $run->{exit} == 7 ? 'not swapped' : $run->{err},
    $m->type('n') eq 'bigint' ? 'swapped' : 'not swapped', 'a swap: goes through or is undone');
goes_on('a swap');

# An index that takes long; what waits for a lock of others; what waits to be released.
$m->make();
$t->sql_as(owner => q{create or replace function app.slow(int) returns int language plpgsql immutable as
    $$ begin perform pg_catalog.pg_advisory_xact_lock_shared(42); return $1; end $$; create index on app.t (app.slow(id))});
my $holder = $t->connect(user => undef);
$holder->do('select pg_advisory_lock(42)');
$run = $t->spawn(@RUN);
$t->wait_until('the index is being built', sub { $t->lives($run) or die "ended: $run->{err}";
    $t->value(q{select count(*) from pg_locks where locktype = 'advisory' and not granted and objid = 42}) });
kill 'TERM', $run->{pid};
acknowledged($run, 'an index');
stopped($run, qr/^pgswap: note: cancelled while building indexes, 5 s after the signal$/m, 'an index');
$holder->do('select pg_advisory_unlock(42)');
goes_on('an index');

$m->make();
$t->exits($t->pgswap(@RUN, '--until=ready'), 0, 'ready');
$holder->do('begin; select count(*) from app.t');
$run = $t->spawn('swap', 'app.t', '-v');
$t->wait_until('the swap waits', sub { $t->lives($run) or die "ended: $run->{err}"; err($run) =~ /attempt to swap app\.t failed/ });
kill 'TERM', $run->{pid};
stopped($run, qr/^pgswap: note: stopped at a safe point$/m, 'a blocker');
$holder->do('commit');

$run = $t->spawn(@RUN, '--hold', '--log-format=json');
$t->wait_until('it is on hold', sub { err($run) =~ /is ready/ });
kill 'HUP', $run->{pid};
$t->exits($t->reap($run, 60), 7, 'on hold');
like($run->{err}, qr/"level":"note","message":"stopped at a safe point"/, 'on hold: a note');

# A hook is told to end, too, and then killed; the terminal tells it by itself.
for my $case ([ 'TERM', 0, 'exec sleep 600' ], [ 'INT', 1, 'exec sleep 600' ], [ 'TERM', 0, q(trap '' TERM; while :; do sleep 1; done) ])
{
    my ($signal, $both, $body) = @$case;
    my $name = "SIG$signal in a hook \"$body\"";
    my $file = "$ENV{TESTDIR}/hook.$$";
    unlink $file;
    $run = $t->spawn('swap', 'app.t', '--hook-before-swap', "echo \$\$ > $file.new; mv $file.new $file; $body");
    $t->wait_until('the hook runs', sub { $t->lives($run) or die "ended: $run->{err}"; -e $file });
    chomp(my $hook = PostgreSQL::Test::Utils::slurp_file($file));
    kill $signal, $run->{pid};
    acknowledged($run, $name);
    kill $signal, $hook if $both;
    stopped($run, qr/^pgswap: note: stopped while the hook before-swap ran$/m, $name);
    ok(!kill(0, $hook), "$name: the hook is gone");
    kill 'KILL', $hook;
    is($m->type('n'), 'integer', "$name: not swapped");
}
goes_on('after the hooks');

# Nobody answers: connecting is given up with the first signal.
my $deaf = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1') or die "socket: $!";
$run = $t->spawn('status', { no_dbname => 1 }, '-h', '127.0.0.1', '-p', $deaf->sockport, '-d', 'postgres');
my $client = $deaf->accept;
kill 'TERM', $run->{pid};
$t->exits($t->reap($run, 60), 7, 'while connecting');
like($run->{err}, qr/^pgswap: note: stopped while connecting$/m, 'while connecting: says so');

# The question for the password is a wait, too.
{
    my $terminal = IO::Pty->new;
    my $pid = fork() // die "fork: $!";
    if ($pid == 0)
    {
        $terminal->make_slave_controlling_terminal;
        open(STDIN, '<&', $terminal->slave) and open(STDOUT, '>&', $terminal->slave) and open(STDERR, '>&', $terminal->slave)
            and exec $Pgswap::Test::PROGRAM, 'status', '-W', '-h', '/nonexistent';
        POSIX::_exit(127);
    }
    $terminal->close_slave;
    my $said = '';
    sysread($terminal, $said, 1000, length $said) or last until $said =~ /Password: /;
    syswrite $terminal, "\x03";
    $t->wait_until('the program ends', sub { waitpid($pid, POSIX::WNOHANG()) == $pid }, 60);
    is($? >> 8, 7, 'at the password: exit 7');
}

# nohup
$m->make();
$point = $t->hold('chunk-read');
{
    local $SIG{HUP} = 'IGNORE';
    $run = $t->spawn(@RUN, '--pause-at', 'chunk-read');
}
$t->arrived($point, $run);
kill 'HUP', $run->{pid};
$t->let_go($point);
$t->exits($t->reap($run, 60), 0, 'nohup: SIGHUP is not caught');

done_testing();
