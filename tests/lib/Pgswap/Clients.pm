# Many clients of the application: pgbench with a script, as role "writer".
#
#     my $clients = Pgswap::Clients->start($t, $script, '-c', 30);
#     …
#     my $count = $clients->ended('name of the test');      # ends them; no client may have met an error
package Pgswap::Clients;

use strict;
use warnings;
use POSIX qw(WNOHANG);
use Test::More;
use Time::HiRes qw(sleep);

my $number = 0;

sub start
{
    my ($class, $t, $script, @options) = @_;
    my $base = "$ENV{TESTDIR}/pgbench" . ++$number . ".$$";
    open my $file, '>', "$base.sql" or die "$base: $!";
    print $file $script;
    close $file;
    my $pid = fork() // die "fork: $!";
    if ($pid == 0)
    {
        open(STDOUT, '>', "$base.out") and open(STDERR, '>', "$base.err")
            and exec 'pgbench', '-n', '-M', 'simple', '-f', "$base.sql", '-T', 3600, @options, $t->conninfo('writer');
        POSIX::_exit(127);
    }
    $t->{children}{$pid} = 1;
    return bless { t => $t, pid => $pid, base => $base }, $class;
}

sub run_still
{
    my ($self) = @_;
    $self->{status} = $? if !defined $self->{status} && waitpid($self->{pid}, WNOHANG) == $self->{pid};
    return defined $self->{status} ? 0 : 1;
}

# Ends them as pgbench does by itself when its time (-T) is over, of which SIGALRM tells it; returns how many
# transactions there were.
sub ended
{
    my ($self, $name) = @_;
    kill 'ALRM', $self->{pid} if $self->run_still;
    sleep 0.05 while $self->run_still;
    delete $self->{t}{children}{ $self->{pid} };
    is($self->{status}, 0, "$name: no client met an error");
    my ($out, $err) = map { PostgreSQL::Test::Utils::slurp_file("$self->{base}.$_") } 'out', 'err';
    unlike($err, qr/error|abort|fatal/i, "$name: … nor told one");
    my ($count) = $out =~ /transactions actually processed: (\d+)/;
    cmp_ok($count // 0, '>', 0, "$name: they were busy");
    return $count;
}

1;
