# What the writers do: one operation at a time, drawn by rand(), as SQL.
#
#     my $source = Pgswap::Operations->new(rows => 20000, key => 'id');    # without => { merge => 1 }: not these
#     $source->operation;   # { name => 'move', keys => [5, 20333], statements => ['update %T set …'] }
#
# keys are those whose stripes the transaction must lock (Writers.pm).  %T stands for the table, %= for
# equality (the hostile writer has to write it out).  A statement is SQL, or a hash for COPY.  All values
# are drawn here and written as literals, so that table and mirror get the same.  "unchecked": see %KINDS.
package Pgswap::Operations;

use strict;
use warnings;
use List::Util qw(uniq);

sub new { my ($class, %options) = @_; return bless {%options}, $class }

# A key: half of them among the first 500, so that the writers meet.
sub key
{
    my ($self) = @_;
    return 1 + int(rand() < 0.5 ? rand 500 : rand $self->{rows} * 1.2);
}

# A key that is mostly free.
sub free_key { my ($self) = @_; return $self->{rows} + 1 + int rand $self->{rows} }

sub number { return rand() < 0.15 ? 'null' : int(rand 2_000_000) - 1_000_000 }

sub text
{
    my $dice = rand;
    return 'null' if $dice < 0.1;
    return q('') if $dice < 0.2;
    return q('a|b,"c"\\x) . int(rand 1000) . q(') if $dice < 0.5;
    return q(') . join('', map { chr 97 + int rand 26 } 1 .. 20 + rand 60) . q(');
}

# id, uid, slot of a new row for this key.
sub identity
{
    my ($self, $key) = @_;
    return ($key, $key, $key) unless $self->{unchecked};
    return ($self->{deferrable_key} ? 100_000_000 + ++$self->{private} : $key, $key, 'null');
}

sub row
{
    my ($self, $key) = @_;
    return '(' . join(', ', $self->identity($key), int rand 10, number(), text()) . ')';
}

my $COLUMNS = '(id, uid, slot, grp, amount, note)';

my %OPERATIONS = (
    insert => sub { my ($self) = @_; my $k = $self->free_key; return [$k], "insert into %T $COLUMNS values " . $self->row($k) },
    insert_rows => sub {
        my ($self) = @_;
        my $first = $self->free_key;
        my @keys = map { $first + $_ } 0 .. 4;
        return \@keys, "insert into %T $COLUMNS values " . join ', ', map { $self->row($_) } @keys;
    },
    insert_select => sub {
        my ($self) = @_;
        my $k = $self->free_key;
        my ($id, $uid, $slot) = $self->identity($k);
        $self->{private} += 9;
        return [ $k, $k + 9 ], "insert into %T $COLUMNS select $id + i, $uid + i, $slot + i, 1, i, 'series' from generate_series(0, 9) i";
    },
    update => sub {
        my ($self, $k) = @_;
        return [$k], "update %T set amount = " . number() . ', note = ' . text() . " where $self->{key} %= $k";
    },
    increment => sub { my ($self, $k) = @_; return [$k], "update %T set amount = amount + 1 where $self->{key} %= $k" },
    to_null => sub { my ($self, $k) = @_; return [$k], "update %T set amount = null, note = null, raw = null where $self->{key} %= $k" },
    update_range => sub {
        my ($self, $k) = @_;
        return [ $k, $k + 20 ], "update %T set grp = grp + 1, note = " . text() . " where $self->{key} between $k and $k + 20";
    },
    delete => sub { my ($self, $k) = @_; return [$k], "delete from %T where $self->{key} %= $k" },
    delete_range => sub { my ($self, $k) = @_; return [ $k, $k + 3 ], "delete from %T where $self->{key} between $k and $k + 3" },
    delete_insert => sub {
        my ($self, $k) = @_;
        return [$k], "delete from %T where $self->{key} %= $k", "insert into %T $COLUMNS values " . $self->row($k);
    },
    upsert => sub {
        my ($self, $k) = @_;
        return [$k], "insert into %T $COLUMNS values " . $self->row($k)
            . " on conflict ($self->{key}) do update set amount = excluded.amount, note = excluded.note";
    },
    upsert_nothing => sub {
        my ($self, $k) = @_;
        my @keys = ($k, $k + 1, $self->free_key);
        return \@keys, "insert into %T $COLUMNS values " . join(', ', map { $self->row($_) } @keys)
            . " on conflict ($self->{key}) do nothing";
    },
    copy => sub {
        my ($self) = @_;
        my $k = $self->free_key;
        my @lines = map { join("\t", $self->identity($k + $_), 2, $_, 'copied') =~ s/null/\\N/r . "\n" } 0 .. 6;
        return [ $k, $k + 6 ], { copy => "copy %T $COLUMNS from stdin", lines => \@lines };
    },
    merge => sub {
        my ($self, $k) = @_;
        return [$k], "merge into %T t using (values " . $self->row($k) . ") v $COLUMNS on t.$self->{key} %= v.$self->{key}"
            . ' when matched and t.grp > 5 then delete when matched then update set amount = v.amount::int'
            . " when not matched then insert $COLUMNS values (v.id, v.uid, v.slot::int, v.grp, v.amount::int, v.note)";
    },
    move => sub {
        my ($self, $k) = @_;
        my ($to) = $self->identity($self->free_key);
        return [ $k, $to ], "update %T set id = $to where $self->{key} %= $k";
    },
    chain => sub {    # k → far → other, in one transaction
        my ($self, $k) = @_;
        my ($far, $other) = ($self->free_key, $self->free_key);
        return [ $k, $far, $other ], map { "update %T set id = $_->[1] where id %= $_->[0]" } [ $k, $far ], [ $far, $other ];
    },
    swap_keys => sub {
        my ($self, $k) = @_;
        my $other = $self->key;
        return [$k], 'select 1' if $other == $k;
        my @keys = ($k, $other);
        return \@keys, "update %T set id = case when id %= $k then $other else $k end where id %= any (array[$k, $other])"
            if $self->{deferrable_key};
        return \@keys, map { "update %T set id = $_->[1] where id %= $_->[0]" } [ $k, -$k ], [ $other, $k ], [ -$k, $other ];
    },
    swap_slots => sub {    # one statement under a DEFERRABLE unique constraint
        my ($self, $k) = @_;
        my $other = $self->key;
        return [ $k, $other ], "update %T t set slot = o.slot from %T o where t.$self->{key} %= any (array[$k, $other])"
            . " and o.$self->{key} %= any (array[$k, $other]) and t.$self->{key} operator(pg_catalog.<>) o.$self->{key}" if $k != $other;
        return [$k], 'select 1';
    },
    savepoint => sub {
        my ($self, $k) = @_;
        return [ $k, $k + 1 ], 'savepoint s', "update %T set note = 'rolled back' where $self->{key} between $k and $k + 1",
            "delete from %T where $self->{key} %= $k", 'rollback to s', 'release s',
            "update %T set note = 'after savepoint' where $self->{key} %= $k + 1";
    },
);

# In layout "deferrable_key" rows are found by uid and only uid is covered by the stripes, but "chain"
# and "swap_keys" find rows by id: they would meet a row of a foreign stripe.
my %BY_ID = map { $_ => 1 } qw(chain swap_keys);

sub operation
{
    my ($self) = @_;
    my @names = sort grep { !$self->{without}{$_} } keys %OPERATIONS;
    my $name = $names[ int rand @names ];
    my ($keys, @statements) = $OPERATIONS{$name}->($self, $self->key);
    @statements = $self->by_uid($keys, @statements) if $self->{deferrable_key} && $BY_ID{$name};
    return { name => $name, keys => $keys, statements => \@statements };
}

# The same moves for rows found by uid: their ids go round in a ring, by one statement.
sub by_uid
{
    my ($self, $keys) = @_;
    my @uids = uniq map { 1 + $_ % $self->{rows} } @$keys;
    @$keys = @uids;
    my $list = join ', ', @uids;
    return "update %T t set id = o.next from (select uid, coalesce(lead(id) over (order by uid), first_value(id)"
        . " over (order by uid)) as next from %T where uid %= any (array[$list])) o where o.uid %= t.uid";
}

1;
