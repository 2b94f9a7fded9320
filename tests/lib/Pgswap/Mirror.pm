# A table app.t and its mirror mirror.t, which gets the same statements and is no matter of the program's:
# whatever happens to app.t, both must be equal in the end.
#
#     my $m = Pgswap::Mirror->new($t, setup => 'create table app.t (id int primary key, n int); insert …');
#     $m->make;                             # both, from the start
#     $m->both('update %T set n = 1');      # in a session of its own, or in the one that is given
#     $m->ended('what it shows', 'swap', 'finish');
#
# setup runs as "owner". More of how: writer (role of the session of its own; the superuser), grant ("all to
# writer", of both tables), drop (other tables that setup makes), key (['id']), swapped (a column and its type after
# the swap: ['n', 'bigint']), map (what the swapped table has besides, as the oracle takes it).
package Pgswap::Mirror;

use strict;
use warnings;
use Pgswap::Oracle;
use Test::More;

sub new
{
    my ($class, $t, %how) = @_;
    return bless { t => $t, key => ['id'], swapped => [ 'n', 'bigint' ], %how }, $class;
}

# The session of its own; another one if the server was restarted.
sub session
{
    my ($self) = @_;
    $self->{session} = $self->{t}->connect(user => $self->{writer}) unless $self->{session} && $self->{session}->ping;
    return $self->{session};
}

# With more SQL of the owner's, behind setup.
sub make
{
    my ($self, $more) = @_;
    my $t = $self->{t};
    my $key = join ', ', @{ $self->{key} };
    my ($rights, $role) = split / to /, $self->{grant} // '';
    $t->sql('drop schema if exists mirror cascade; create schema mirror; grant usage on schema mirror to public; drop table if exists '
        . join(', ', 'app.t', @{ $self->{drop} // [] }) . ' cascade');
    $t->sql_as(owner => $self->{setup} . ';' . ($more // ''));
    $t->sql("create table mirror.t as table app.t; alter table mirror.t add primary key ($key)");
    $t->sql("grant $rights on app.t, mirror.t to $role") if $rights;
    return;
}

# The same statements on both, %T being the table.
sub both
{
    my ($self, $sql, $session) = @_;
    $session //= $self->session;
    $session->do($sql =~ s/%T/$_/gr) for 'app.t', 'mirror.t';
    return;
}

# The other table of the migration, of whichever colour or of one.
sub standby
{
    my ($self, $colour) = @_;
    $colour //= '(blue|green)';
    return $self->{t}->value("select c.oid::regclass from pg_class c where relname = 't' and relnamespace::regnamespace::text ~ '^pgswap_\\d+_$colour\$'");
}

sub type
{
    my ($self, $column) = @_;
    return $self->{t}->value("select format_type(atttypid, null) from pg_attribute where attrelid = 'app.t'::regclass and attname = '$column'");
}

sub is_swapped
{
    my ($self) = @_;
    my ($column, $type) = @{ $self->{swapped} };
    return $self->type($column) eq $type;
}

# app.t, or those tables, hold what the mirror holds.
sub equal
{
    my ($self, $name, @tables) = @_;
    my @map = $self->{map} && $self->is_swapped ? (map => $self->{map}) : ();
    for my $table (@tables ? @tables : 'app.t')
    {
        my $found = Pgswap::Oracle::compare($self->{t}{admin}, 'mirror.t', $table, key => $self->{key}, @map);
        is_deeply($found->{differences}, [], "$name: $table is equal to the mirror");
    }
    return;
}

# Equal, then again after those commands, and nothing is left.
sub ended
{
    my ($self, $name, @commands) = @_;
    $self->equal($name);
    $self->{t}->exits($self->{t}->pgswap($_, 'app.t'), 0, "$name: $_") for @commands;
    $self->equal("$name, at the end");
    $self->{t}->is_clean("$name: nothing is left");
    return;
}

# Swapped, and finished.
sub finished
{
    my ($self, $name) = @_;
    ok($self->is_swapped, "$name: swapped");
    return $self->ended($name, 'finish');
}

1;
