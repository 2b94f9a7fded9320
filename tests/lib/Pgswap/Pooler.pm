# PgBouncer, Debian's, in front of a test's server; on a Unix socket, as the user that runs the test.
#
#     my $pooler = Pgswap::Pooler->start($t, 'transaction', default_pool_size => 4);
#     $t->pgswap('plan', { no_dbname => 1 }, '-d', $pooler->conninfo('owner'), 'app.t', …);
#     my $clients = Pgswap::Clients->start($pooler, $script);     # the application's
#     $pooler->console('RELOAD');
package Pgswap::Pooler;

use strict;
use warnings;
use DBI;
use File::Temp ();
use Time::HiRes qw(sleep time);

# Where Debian puts it, which is not in everybody's PATH.
our ($PROGRAM) = grep { -x } map { "$_/pgbouncer" } '/usr/sbin', split /:/, $ENV{PATH};

sub version
{
    my ($version) = `$PROGRAM --version` =~ /PgBouncer (\d+\.\d+)/ or die "pgbouncer --version: $?\n";
    return [ split /\./, $version ];
}

# Prepared statements of the protocol in transaction mode: 1.21 and later.
sub has_prepared
{
    my ($major, $minor) = @{ version() };
    return $major > 1 || $minor >= 21;
}

sub start
{
    my ($class, $t, $mode, %settings) = @_;
    my $self = bless { t => $t, owner => $$, children => {}, dir => File::Temp::tempdir('pgswap-pooler-XXXXXX', TMPDIR => 1, CLEANUP => 1) }, $class;
    $self->write('users.txt', join '', map { qq("$_" ""\n) } 'owner', 'writer', 'console');
    $self->{settings} = { pool_mode => $mode, %settings };
    $self->configure;
    my $pid = fork() // die "fork: $!\n";
    if ($pid == 0)
    {
        open(STDIN, '<', '/dev/null') and open(STDOUT, '>', "$self->{dir}/out") and open(STDERR, '>&', \*STDOUT)
            and exec $PROGRAM, "$self->{dir}/pgbouncer.ini";
        POSIX::_exit(127);
    }
    $self->{pid} = $pid;
    $t->wait_until('PgBouncer listens', sub { -S "$self->{dir}/.s.PGSQL.6432" });
    return $self;
}

sub write
{
    my ($self, $name, $text) = @_;
    open my $file, '>', "$self->{dir}/$name" or die "$name: $!\n";
    print $file $text;
    close $file or die "$name: $!\n";
    return;
}

# The settings as they are to be; for a pooler that runs, RELOAD follows.
sub configure
{
    my ($self, %settings) = @_;
    my $node = $self->{t}->node;
    my %all = (%{ $self->{settings} }, %settings, listen_addr => '', listen_port => 6432, unix_socket_dir => $self->{dir},
        auth_type => 'trust', auth_file => "$self->{dir}/users.txt", admin_users => 'console', logfile => "$self->{dir}/log");
    $self->write('pgbouncer.ini', join "\n", '[databases]', '* = host=' . $node->host . ' port=' . $node->port, '[pgbouncer]',
        (map { "$_ = $all{$_}" } sort keys %all), '');
    return;
}

sub conninfo
{
    my ($self, $user, $dbname) = @_;
    return "host=$self->{dir} port=6432 user=$user dbname=" . ($dbname // 'shop');
}

# A session through the pooler.
sub connect
{
    my ($self, $user, $dbname) = @_;
    my $dsn = join ';', split / /, $self->conninfo($user, $dbname);
    return DBI->connect("dbi:Pg:$dsn", undef, undef,
        { RaiseError => 1, PrintError => 0, AutoCommit => 1, AutoInactiveDestroy => 1, pg_server_prepare => 0 });
}

sub console
{
    my ($self, $command) = @_;
    my $dbh = $self->connect('console', 'pgbouncer');
    $dbh->do($command);
    $dbh->disconnect;
    return;
}

sub DESTROY
{
    my ($self) = @_;
    local ($?, $!);
    return if $$ != $self->{owner};
    kill 'KILL', keys %{ $self->{children} };
    return unless $self->{pid};
    kill 'KILL', $self->{pid};
    waitpid $self->{pid}, 0;
    return;
}

1;
