# A connection pooler between the program and the server: what the application's sessions would notice is
# never SET in them; the program goes through a pool that keeps a session for each connection, if told to.
use strict;
use warnings;
use FindBin;
use IO::Select;
use IO::Socket::UNIX;
use lib "$FindBin::Bin/../lib";
use Pgswap::Clients;
use Pgswap::Pooler;
use Pgswap::Test;
use Test::More;

my @ALTER = ('--alter', 'ALTER COLUMN n TYPE bigint');
my $REFUSED = qr/^pgswap: error: there is a connection pooler between pgswap and the server$/m;
my $NO_SESSION = qr/^pgswap: error: the connection pooler does not keep one server session for each connection$/m;

plan skip_all => 'pgbouncer is not installed' unless $Pgswap::Pooler::PROGRAM;

my $t = Pgswap::Test->start('pooler');

# The application connects as the role that pgswap is given: they share a pool.  It relies on the role's
# search_path, on row-level security (which row_security = off makes an error) and on waiting for locks.
$t->sql(q{alter role owner set search_path = app; alter role writer set search_path = app});
$t->sql_as(owner => <<~'SQL');
    create table app.t (id int primary key, n int not null);
    insert into app.t select i, 0 from generate_series(1, 5000) i;
    create table app.secret (id int primary key);
    insert into app.secret values (1), (2);
    alter table app.secret enable row level security, force row level security;
    create policy p on app.secret using (id = 1);
    SQL
my $SCRIPT = <<~'SQL';
    \set id random(1, 5000)
    select 1 / (count(*) = 1)::int from secret;
    select 1 / (current_setting('lock_timeout') = '0' and current_setting('search_path') = 'app')::int;
    begin;
    update t set n = n + 1 where id = :id;
    select 1 / (count(*) = 1)::int from t where id = :id;
    end;
    SQL

# Owner's pool of the pooler is what clients and program share.
sub application
{
    my ($pooler, @options) = @_;
    my $through = bless { %$pooler, pid => 0 }, 'Pgswap::Pooler::AsOwner';
    return Pgswap::Clients->start($through, $SCRIPT, '-c', 6, @options);
}

sub Pgswap::Pooler::AsOwner::conninfo { return Pgswap::Pooler::conninfo($_[0], 'owner') }

sub through
{
    my ($pooler, $command, @arguments) = @_;
    my $program = ref $arguments[0] ? shift @arguments : {};
    return $t->spawn($command, { no_dbname => 1, %$program }, '-d', $pooler->conninfo('owner'), @arguments);
}

# What is left in the sessions of the pool: $count of them, each held by a transaction.
sub left_in
{
    my ($pooler, $count, $prepared) = (@_, 0);
    my @sessions = map { $pooler->connect('owner') } 1 .. $count;
    $_->do('begin') for @sessions;
    my (%pids, @found);
    for my $session (@sessions)
    {
        $pids{ ($session->selectrow_array('select pg_backend_pid()'))[0] } = 1;
        push @found, map { $_->[0] } @{ $session->selectall_arrayref(<<~"SQL") };
            select name || ' = ' || setting from pg_settings where source = 'session' and name not in
                   ('application_name', 'client_encoding', 'DateStyle', 'TimeZone', 'standard_conforming_strings')
            union all
            select name from pg_settings where name in ('DateStyle', 'TimeZone') and setting <> reset_val
            union all
            select 'pgswap.search_path' where current_setting('pgswap.search_path', true) <> ''
            union all
            select 'cursor ' || name from pg_cursors
            union all
            select 'prepared statement ' || name from pg_prepared_statements where from_sql or $prepared = 0
            union all
            select 'lock ' || classid || ' ' || objid from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()
            SQL
    }
    is(scalar keys %pids, $count, "the pool has $count sessions");
    $_->disconnect for @sessions;
    return join ', ', @found;
}

# A pooler that passes the server's process id on: a session that began some seconds before the connection
# comes. Returns conninfo and process.
sub faithful_pooler
{
    my $dir = File::Temp::tempdir('pgswap-faithful-XXXXXX', TMPDIR => 1, CLEANUP => 1);
    my $server = IO::Socket::UNIX->new(Peer => $t->node->host . '/.s.PGSQL.' . $t->node->port) or die "server: $!\n";
    my $startup = pack 'N Z* Z* Z* Z* x', 3 << 16, user => 'owner', database => 'shop';
    syswrite $server, pack('N', 4 + length $startup) . $startup;
    my $welcome = '';
    sysread $server, $welcome, 8192, length $welcome until $welcome =~ /Z\0\0\0\x05I\z/;
    my $listener = IO::Socket::UNIX->new(Local => "$dir/.s.PGSQL.6432", Listen => 5) or die "listen: $!\n";
    my $pid = fork() // die "fork: $!\n";
    return ("host=$dir port=6432 user=owner dbname=shop", $pid) if $pid;
    my $client = $listener->accept;
    sysread $client, my $data, 8192;
    syswrite $client, $welcome;
    my $select = IO::Select->new($client, $server);
    while (my @ready = $select->can_read)
    {
        for my $socket (@ready)
        {
            POSIX::_exit(0) unless sysread $socket, $data, 8192;
            syswrite $socket == $client ? $server : $client, $data;
        }
    }
}

# Each command, without the option: refused in every mode, and nothing is left behind. In PgBouncer 1.21 and
# later transactions may have prepared statements of the protocol.
sub refuses_all
{
    my ($name, $pooler) = @_;
    for my $line ([ 'plan', 'app.t', @ALTER ], [ 'run', 'app.t', @ALTER ], ['status'], [ 'status', 'app.t' ],
        map { [ $_, 'app.t' ] } qw(verify swap pause continue follow revert finish abort))
    {
        my $run = $t->reap(through($pooler, @$line));
        $t->exits($run, 4, "$name: @$line");
        like($run->{err}, $REFUSED, "$name: @$line: why");
        like($run->{err}, qr/process \d+.*--session-pooler/s, "$name: @$line: detail and hint");
    }
    return;
}

for my $case ([ 'transaction', 0 ], [ 'transaction', 50 ], [ 'session', 0 ])
{
    my ($mode, $prepared) = @$case;
    my $name = $mode . ($prepared ? ', prepared statements' : '');
    SKIP:
    {
        skip "$name: PgBouncer knows them from 1.21 on", 1 if $prepared && !Pgswap::Pooler::has_prepared();
        my $pooler = Pgswap::Pooler->start($t, $mode, default_pool_size => $mode eq 'session' ? 20 : 4,
            $prepared ? (max_prepared_statements => $prepared) : ());
        my $clients = application($pooler, '-M', $prepared || $mode eq 'session' ? 'prepared' : 'simple');
        refuses_all($name, $pooler);
        $clients->ended($name);
        is(left_in($pooler, 4, $prepared), '', "$name: nothing is left in the pool");
    }
}
refuses_all('statement', Pgswap::Pooler->start($t, 'statement'));

{
    my ($conninfo, $pid) = faithful_pooler();
    $t->wait_until('the session is some seconds old', sub {
        $t->value(q{select count(*) from pg_stat_activity where usename = 'owner' and clock_timestamp() - backend_start > '5s'}) });
    my $run = $t->pgswap('status', { no_dbname => 1 }, '-d', $conninfo);
    $t->exits($run, 4, 'a session older than the connection');
    like($run->{err}, $REFUSED, 'an older session: why');
    like($run->{err}, qr/session is \d+ s old, the connection \d+ s/, 'an older session: detail');
    waitpid $pid, 0;
}

# A pool that is said to be one by session, and is none: whatever it does with idle sessions, and beside others.
for my $round_robin (0, 1)
{
    my $pooler = Pgswap::Pooler->start($t, 'transaction', default_pool_size => 3, server_round_robin => $round_robin);
    is(left_in($pooler, 3), '', 'a fresh pool');
    for my $busy (0, 1)
    {
        my $clients = $busy ? application($pooler) : undef;
        for my $command ('plan', 'run')
        {
            my $name = "round robin $round_robin, busy $busy: $command --session-pooler";
            my $run = $t->reap(through($pooler, $command, '--session-pooler', 'app.t', @ALTER));
            $t->exits($run, 4, $name);
            like($run->{err}, $NO_SESSION, "$name: why");
        }
        $clients->ended("round robin $round_robin") if $clients;
    }
    is(left_in($pooler, 3), '', "round robin $round_robin: nothing is left in the pool");
}
$t->is_bare('nothing is left in the database');

# A pool by session: all of a migration, beside the application.
{
    my $pooler = Pgswap::Pooler->start($t, 'session', default_pool_size => 20);
    my $clients = application($pooler, '-M', 'prepared');
    $t->exits($t->reap(through($pooler, 'plan', '--session-pooler', 'app.t', @ALTER)), 0, 'session: plan');
    $t->exits($t->reap(through($pooler, 'run', '--session-pooler', 'app.t', @ALTER)), 0, 'session: run');
    is($t->value(q{select format_type(atttypid, null) from pg_attribute where attrelid = 'app.t'::regclass and attname = 'n'}),
        'bigint', 'session: swapped');
    $t->exits($t->reap(through($pooler, 'revert', { env => { PGSWAP_SESSION_POOLER => 'on' } }, 'app.t')), 0, 'session: revert');
    $t->exits($t->reap(through($pooler, 'status', '--session-pooler', 'app.t')), 0, 'session: status');

    # A statement that runs is cancelled through the pooler, by the second signal.
    my $point = $t->hold('before-swap');
    my $run = through($pooler, 'swap', '--session-pooler', 'app.t', '--pause-at', 'before-swap');
    $t->arrived($point, $run);
    $t->wait_until('the second signal cancels', sub { kill 'INT', $run->{pid}; sleep 1; return !$t->lives($run) });
    $t->exits($t->reap($run, 60), 7, 'session: the second signal cancels');
    $t->let_go($point);
    $t->exits($t->reap(through($pooler, 'abort', '--session-pooler', 'app.t')), 0, 'session: abort');
    $clients->ended('session');
    $t->is_clean('session: abort');
    is(left_in($pooler, 12), '', 'session: nothing is left in the pool');
}

# The pooler becomes one by transaction while the program works: seen at the next transaction.
{
    my $pooler = Pgswap::Pooler->start($t, 'session', default_pool_size => 20);
    my $clients = application($pooler);
    my $point = $t->hold('chunk-read');
    my $run = through($pooler, 'run', '--session-pooler', 'app.t', @ALTER, '--pause-at', 'chunk-read');
    $t->arrived($point, $run);
    $pooler->configure(pool_mode => 'transaction');
    $pooler->console($_) for 'RELOAD', 'RECONNECT';
    $t->let_go($point);
    $t->exits($t->reap($run), 4, 'another session in the middle');
    like($run->{err}, qr/^pgswap: error: .*connection "\w+( \d+)?" has another server session than before/m, 'another session: it is said');
    like($run->{err}, qr/RECONNECT/, 'another session: hint');
    unlike($run->{err}, qr/connecting again/, 'another session: no second try');
    $clients->ended('another session');
    is(left_in($pooler, 4), '', 'another session: nothing is left in the pool');
    $t->exits($t->pgswap('abort', 'app.t'), 0, 'another session: abort, directly');
    $t->is_clean('another session: abort');
}

done_testing();
