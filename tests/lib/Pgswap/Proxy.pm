# A proxy between the program and the server that cuts the line at the COMMIT of the swap, once.
#
#     my $proxy = Pgswap::Proxy->new($t, 'before');     # or 'after', 'silent'
#     my $run = $t->spawn('run', { no_dbname => 1 }, '-d', $proxy->conninfo, 'app.t', …);
#     …
#     $proxy->cuts;                                     # how often it has cut: 0 or 1
#
# before: the COMMIT does not reach the server, and both ends see the line closed.  after: the server
# gets it and answers, the program never sees the answer.  silent: as "before", but the server is not
# told that its client is gone, as when a cable is cut.  The swap's COMMIT is the first one on a
# connection that has written its transaction's id into the state.
package Pgswap::Proxy;

use strict;
use warnings;
use File::Temp ();
use IO::Select;
use IO::Socket::UNIX;
use POSIX ();

use constant READ => 65536;

sub new
{
    my ($class, $t, $when) = @_;
    my $self = bless { t => $t, when => $when, owner => $$, dir => File::Temp::tempdir('pgswap-proxy-XXXXXX', TMPDIR => 1, CLEANUP => 1) }, $class;
    my $port = $t->node->port;
    $self->{server} = $t->node->host . "/.s.PGSQL.$port";
    $self->{conninfo} = "host=$self->{dir} port=$port dbname=shop user=owner";
    my $listener = IO::Socket::UNIX->new(Local => "$self->{dir}/.s.PGSQL.$port", Listen => 20) or die "proxy: $!\n";
    $self->{pid} = fork() // die "fork: $!\n";
    if ($self->{pid} == 0)
    {
        $SIG{$_} = 'DEFAULT' for qw(TERM INT HUP __DIE__);
        $SIG{PIPE} = 'IGNORE';
        eval { $self->serve($listener); 1 } or warn "proxy: $@";
        POSIX::_exit(1);
    }
    close $listener;
    return $self;
}

sub conninfo { return $_[0]{conninfo} }
sub cuts { return -s "$_[0]{dir}/cuts" // 0 }

sub stop
{
    my ($self) = @_;
    return unless $self->{pid};
    kill 'TERM', $self->{pid};
    waitpid $self->{pid}, 0;
    $self->{pid} = 0;
    return;
}

sub DESTROY
{
    my ($self) = @_;
    local ($?, $!);
    $self->stop if $$ == $self->{owner};
    return;
}

# ---- the child's side -------------------------------------------------------------------------

sub serve
{
    my ($self, $listener) = @_;
    my $select = $self->{select} = IO::Select->new($listener);
    while (my @ready = $select->can_read)
    {
        for my $socket (@ready)
        {
            if ($socket == $listener) { $self->accept_client($listener) }
            elsif ($self->{other}{$socket}) { $self->pass($socket) }
        }
    }
    return;
}

sub accept_client
{
    my ($self, $listener) = @_;
    my $client = $listener->accept or return;
    my $server = IO::Socket::UNIX->new(Peer => $self->{server});
    return close $client unless $server;
    $self->{other}{$client} = $server;
    $self->{other}{$server} = $client;
    $self->{line}{$client} = { buffer => '', started => 0, armed => 0 };
    $self->{select}->add($client, $server);
    return;
}

sub pass
{
    my ($self, $socket) = @_;
    my $got = sysread $socket, my $data, READ;
    return $self->hang_up($socket) unless $got;
    my $line = $self->{line}{$socket};
    return send_all($self->{other}{$socket}, $data) unless $line;
    $line->{buffer} .= $data;
    while (defined(my $message = next_message($line)))
    {
        return $self->cut($socket, $message) if $line->{armed} && !$self->cuts && $message =~ /^Q.{4}(?:\s*--[^\n]*\n)*\s*COMMIT\b/s;
        $line->{armed} ||= $message =~ /swap_xid = pg_current_xact_id/;
        send_all($self->{other}{$socket}, $message);
    }
    return;
}

# The first whole message of the buffer.  The first of a connection has no type byte.
sub next_message
{
    my ($line) = @_;
    my $at = $line->{started} ? 1 : 0;
    return if length $line->{buffer} < $at + 4;
    my $length = $at + unpack 'N', substr $line->{buffer}, $at, 4;
    return if length $line->{buffer} < $length;
    $line->{started} = 1;
    return substr $line->{buffer}, 0, $length, '';
}

sub send_all
{
    my ($socket, $data) = @_;
    while (length $data)
    {
        my $sent = syswrite $socket, $data;
        return unless defined $sent;
        substr $data, 0, $sent, '';
    }
    return;
}

sub cut
{
    my ($self, $client, $message) = @_;
    my $server = $self->{other}{$client};
    open my $cuts, '>>', "$self->{dir}/cuts" or die "cuts: $!\n";
    syswrite $cuts, '.';
    if ($self->{when} eq 'after')
    {
        send_all($server, $message);
        sysread $server, my $answer, READ;
    }
    return $self->hang_up($client) if $self->{when} ne 'silent';
    push @{ $self->{silent} }, $server;
    $self->{select}->remove($client, $server);
    delete @{ $self->{other} }{ $client, $server };
    close $client;
    return;
}

sub hang_up
{
    my ($self, $socket) = @_;
    my $other = delete $self->{other}{$socket};
    delete $self->{other}{$other};
    delete @{ $self->{line} }{ $socket, $other };
    $self->{select}->remove($socket, $other);
    close $_ for $socket, $other;
    return;
}

1;
