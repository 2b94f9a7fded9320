# A synchronous standby server that is lost: our transactions do not hang on it, what is reported as done
# waits for it, says so, and obeys the deadline and signals.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Test;
use Test::More;

# No session of the test waits for it.
my $t = Pgswap::Test->start('standby_server', synchronous_commit => 'local',
    wal_level => 'replica', max_wal_senders => 5);
$t->sql(q{alter role owner set synchronous_commit = on});
$t->sql_as(owner => 'create table app.t (id int primary key, n int); insert into app.t select i, i from generate_series(1, 500) i');
$t->sql(q{alter role owner set synchronous_commit = remote_apply});
my @ALTER = ('--alter', 'ALTER COLUMN n TYPE bigint');

sub standby
{
    my ($names) = @_;
    $t->sql("alter system set synchronous_standby_names = '$names'");
    $t->sql('select pg_reload_conf()');
    return $t->wait_until('the setting is in force', sub { my $s = $t->connect(user => undef);
        my ($is) = $s->selectrow_array('show synchronous_standby_names'); $is eq $names });
}

# What a run that lives has said so far.
sub said { my $file = "$_[0]{base}.err"; return -e $file ? PostgreSQL::Test::Utils::slurp_file($file) : '' }

sub n_type { return $t->value(q{select format_type(atttypid, null) from pg_attribute where attrelid = 'app.t'::regclass and attname = 'n'}) }

standby('nobody');
my $waits = qr/waiting for a synchronous standby server/;
$t->exits($t->reap($t->spawn('run', 'app.t', @ALTER, '--until=ready'), 90), 0, 'a run gets ready without it');
$t->exits($t->reap($t->spawn('verify', 'app.t'), 90), 0, 'verify does not wait for it');
is($t->status('app.t')->{parity}{state}, 'clean', 'the parity pass is recorded');

my $run = $t->reap($t->spawn('pause', 'app.t', '--swap-deadline', '3s'), 90);
$t->exits($run, 9, 'pause is reported when it is confirmed');
like($run->{err}, $waits, '… and says what it waits for');
like($run->{err}, qr/no synchronous standby server confirmed/, '… and why it ended');
ok($t->status('app.t')->{paused}, '… but it is in force');
$t->exits($t->reap($t->spawn('continue', 'app.t', '--swap-deadline', '1s'), 90), 9, 'continue');

$run = $t->spawn('swap', 'app.t');
$t->wait_until('it says what it waits for', sub {
    die "it ended: $run->{out}$run->{err}" unless $t->lives($run);
    return said($run) =~ $waits });
is(n_type(), 'bigint', 'swapped, and the application works with it');
$t->sql('update app.t set n = -n');
$t->kill_run($run, 'TERM');
$t->exits($run, 7, 'a swap that is stopped while it waits');

# It comes back.
$run = $t->spawn('finish', 'app.t', '--hook-after-swap', 'echo told >&2');
$t->wait_until('it says what it waits for', sub {
    die "it ended: $run->{out}$run->{err}" unless $t->lives($run);
    return said($run) =~ $waits });
unlike(said($run), qr/told/, 'nobody is told before it is confirmed');
standby('');
$t->exits($t->reap($run), 0, 'finish, and the wait comes to its end');
like($run->{err}, qr/told/, '… and the hook is told');
is($t->value('select count(*) from app.t where n < 0'), 500, 'the rows are there');
$t->is_clean('nothing is left');

# Whoever does not want commits to wait does not wait.
standby('nobody');
$t->sql('alter role owner set synchronous_commit = local');
$t->exits($t->reap($t->spawn('run', 'app.t', '--alter', 'ALTER COLUMN id TYPE bigint'), 90), 0, 'run under synchronous_commit = local');
$t->exits($t->reap($t->spawn('finish', 'app.t'), 90), 0, 'finish');
standby('');

done_testing();
