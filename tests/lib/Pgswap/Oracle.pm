# The oracle: are two relations equal in every row and every column, byte for byte?
#
#     my $found = Pgswap::Oracle::compare($dbh, 'mirror.item', 'app.item',
#         key => ['id'], map => { region => "'eu'" }, dropped => ['legacy']);
#     # { left => 1000, right => 1000, differences => [ 'only in app.item: (7)  columns note', … ] }
#
# It knows nothing of the program.  The server turns every column into the bytes of its binary form
# (record_send: length, NULL marker and type included, so NULL is not '' and 1.0 is not 1.00) and
# compares the two multisets with EXCEPT ALL in both directions.  The columns are those of the right
# side; each takes the value of the left column of the same name or of the expression in "map",
# brought to the right column's type.  A column of the left that ends nowhere must stand in "dropped",
# one of the right that is not compared in "skip": nothing is left out unsaid.
package Pgswap::Oracle;

use strict;
use warnings;

use constant SHOWN => 8;    # differing keys that are described

# The columns of a relation in order: [name, type without its modifier].
sub columns
{
    my ($dbh, $relation) = @_;
    my $rows = $dbh->selectall_arrayref(<<~'SQL', undef, $relation);
        select attname, format_type(atttypid, -1) from pg_attribute
         where attrelid = ?::regclass and attnum > 0 and not attisdropped order by attnum
        SQL
    die "$relation has no columns\n" unless @$rows;
    return @$rows;
}

# Checks that every column of both sides is accounted for; returns [name, left expression, right
# expression] for each column that is compared.
sub pairs
{
    my ($dbh, $left, $right, %how) = @_;
    my %map = %{ $how{map} // {} };
    my %skip = map { $_ => 1 } @{ $how{skip} // [] };
    my %unused = map { $_->[0] => 1 } columns($dbh, $left);
    my %known = %unused;
    my @pairs;
    for my $column (columns($dbh, $right))
    {
        my ($name, $type) = @$column;
        my $ident = $dbh->quote_identifier($name);
        my $expression = delete $map{$name};
        delete $unused{$name};
        next if $skip{$name};
        die "$right.$name: neither on the left nor mapped\n" unless defined $expression || $known{$name};
        push @pairs, [ $name, '(' . ($expression // $ident) . ")::$type", $ident ];
    }
    die "mapped, but not in $right: @{[ sort keys %map ]}\n" if %map;
    delete @unused{ @{ $how{dropped} // [] } };
    die "$left has columns that end nowhere: @{[ sort keys %unused ]}\n" if %unused;
    return @pairs;
}

# The select list that turns the given expressions into bytes, one output column each.
sub images
{
    my @expressions = @_;
    return join ', ', map { "record_send(row($expressions[$_])) as c$_" } 0 .. $#expressions;
}

# Compares; see the head of the file.  Dies if it cannot compare.
sub compare
{
    my ($dbh, $left, $right, %how) = @_;
    my @pairs = pairs($dbh, $left, $right, %how);
    my @key = @{ $how{key} // die "compare: no key given\n" };
    my @key_at = map { my $name = $_; (grep { $pairs[$_][0] eq $name } 0 .. $#pairs)[0] // die "no column $name\n" } @key;
    my $key_text = sub { my $side = shift; "row(" . join(', ', map { $pairs[$_][$side] } @key_at) . ")::text as k" };
    my $l = "select " . $key_text->(1) . ', ' . images(map { $_->[1] } @pairs) . " from $left";
    my $r = "select " . $key_text->(2) . ', ' . images(map { $_->[2] } @pairs) . " from $right";
    my ($left_rows) = $dbh->selectrow_array("select count(*) from $left");
    my ($right_rows) = $dbh->selectrow_array("select count(*) from $right");
    my $rows = $dbh->selectall_arrayref(
        "select 0 as side, * from (($l) except all ($r)) a union all "
      . "select 1, * from (($r) except all ($l)) b order by 2, 1");
    return { left => $left_rows, right => $right_rows,
        differences => [ describe($rows, [ $left, $right ], [ map { $_->[0] } @pairs ]) ] };
}

# Words for what EXCEPT ALL left over: rows of one side only, and columns that differ under one key.
sub describe
{
    my ($rows, $sides, $names) = @_;
    my %by_key;
    push @{ $by_key{ $_->[1] }[ $_->[0] ] }, $_ for @$rows;
    my @words;
    for my $key (sort keys %by_key)
    {
        my ($left, $right) = map { $by_key{$key}[$_] // [] } 0, 1;
        if (@$left == 1 && @$right == 1)
        {
            my @differ = grep { $left->[0][ $_ + 2 ] ne $right->[0][ $_ + 2 ] } 0 .. $#$names;
            push @words, "$key differs in " . join(', ', map { $names->[$_] } @differ);
            next;
        }
        push @words, "$key: " . @$left . " rows only in $sides->[0], " . @$right . " only in $sides->[1]";
    }
    my $more = @words - SHOWN;
    return $more > 0 ? (@words[ 0 .. SHOWN - 1 ], "and $more more keys") : @words;
}

1;
