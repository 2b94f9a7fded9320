# Fidelity: what hangs on a table is the same before and after a swap.
#
# A case is a directory tests/fidelity/NAME around the table app.t:
#
#     setup.sql   run by psql as the superuser after "set role owner"
#     change      text for --alter; without it ALTER COLUMN id TYPE bigint
#     options     further options of the program, one a line
#     user        the role that runs the program, if not owner
#     table       the table, if not app.t
#     writes.sql  what is written between swap and revert; without it an UPDATE of every row
#     expect      without it: nothing differs, and after the change what int → bigint must do to the
#                 dump. Else lines of these kinds:
#                     refused: REGEXP      plan and run refuse (exit 4), naming this
#                     may refuse: REGEXP   either refused like that, or carried without a difference
#                     -LINE, +LINE         exactly these lines differ after the change
#                     says: REGEXP         the plan, or what run says, names this
#                     fact: REGEXP         lines of the catalogs that may differ (a decision, not a loss)
#                     spelling: REGEXP     lines of the dump that PostgreSQL spells otherwise when they are made again
#                     scenarios: NAME…     of identity, change, revert (where the rest has no sense)
#                     needs: NAME          skipped by a server that does not know this column
#
# setup.sql asks what the server knows: \if :prqual, one variable for each of KNOWN.
#
# A snapshot is what the catalogs say (Pgswap::Catalog), a digest of every relation, and what pg_dump says, if
# there is one of the server's release.  After the change the catalogs are those of a plain ALTER TABLE, where
# PostgreSQL does it; else only types may differ.
package Pgswap::Fidelity;

use strict;
use warnings;
use File::Basename qw(basename);
use Pgswap::Catalog;
use PostgreSQL::Test::Utils ();

# Columns of the catalogs that came after PostgreSQL 14, with what they describe.
use constant KNOWN => qw(confdelsetcols indnullsnotdistinct prqual);

use constant DEFAULT_CHANGE => 'ALTER COLUMN id TYPE bigint';

# ---- cases ------------------------------------------------------------------------------------

sub _file
{
    my ($path) = @_;
    return -e $path ? PostgreSQL::Test::Utils::slurp_file($path) : undef;
}

sub names
{
    my ($root) = @_;
    return sort map { basename($_) } grep { -d } glob "$root/*";
}

sub load
{
    my ($root, $name) = @_;
    my $at = "$root/$name";
    die "$at/setup.sql is missing\n" unless -e "$at/setup.sql";
    my %case = (name => $name, setup => "$at/setup.sql", lines => [], options => [],
        scenarios => [ qw(identity change revert) ]);
    $case{$_} = _file("$at/$_") for qw(change user table);
    defined && chomp for @case{ qw(change user table) };
    $case{writes} = _file("$at/writes.sql");
    $case{table} //= 'app.t';
    $case{options} = [ split /\n/, _file("$at/options") // '' ];
    for my $line (split /\n/, _file("$at/expect") // '')
    {
        if    ($line =~ /^refused: (.+)/)    { $case{refused} = $1 }
        elsif ($line =~ /^may refuse: (.+)/) { $case{may_refuse} = $1 }
        elsif ($line =~ /^says: (.+)/)       { $case{says} = $1 }
        elsif ($line =~ /^fact: (.+)/)       { $case{fact} = $1 }
        elsif ($line =~ /^spelling: (.+)/)   { $case{spelling} = $1 }
        elsif ($line =~ /^needs: (\w+)$/)    { $case{needs} = $1 }
        elsif ($line =~ /^scenarios: (.+)/)  { $case{scenarios} = [ split ' ', $1 ] }
        elsif ($line =~ /^[-+]/)             { push @{ $case{lines} }, $line; $case{expects_lines} = 1 }
        else                                 { die "$at/expect: $line\n" }
    }
    return \%case;
}

# ---- snapshots --------------------------------------------------------------------------------

# Everything of the database that must not differ; ours is left out, see Pgswap::Test::leftovers.
sub snapshot
{
    my ($t, $dbname) = @_;
    my $dbh = $t->connect(user => undef, dbname => $dbname);
    $dbh->do(q{set search_path = ''; set client_min_messages = error});
    my %snapshot = (catalog => [ $t->catalog_lines($dbname) ], data => data($dbh));
    $dbh->disconnect;
    $snapshot{dump} = [ $t->dump_lines($dbname) ] if $t->pg_dump;
    return \%snapshot;
}

# Takes over what writes change: data, and where sequences stand.
sub written
{
    my ($snapshot, $later) = @_;
    $snapshot->{data} = $later->{data};
    $snapshot->{catalog} = [ grep({ !/^value of sequence / } @{ $snapshot->{catalog} }), grep({ /^value of sequence / } @{ $later->{catalog} }) ];
    return;
}

# relation => { digest, columns => { name => digest } }: every table (without its children),
# materialized view and view.  The digest of a row's columns together holds only while the columns are
# the same; across a change the columns that both sides have are compared one by one.
sub data
{
    my ($dbh) = @_;
    my %data;
    my $relations = $dbh->selectall_arrayref(<<~'SQL');
        select c.oid::regclass::text, c.relkind, c.relispopulated,
               array(select quote_ident(attname) from pg_catalog.pg_attribute a
                      where attrelid = c.oid and attnum > 0 and not attisdropped order by attnum)
          from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
         where relkind in ('r', 'm', 'v') and nspname !~ '^(pg_|pgswap|information_schema$)'
         order by 1
        SQL
    for my $relation (@$relations)
    {
        my ($name, $kind, $populated, $columns) = @$relation;
        $data{$name} = $populated ? digest($dbh, $kind eq 'r' ? "only $name" : $name, @$columns)
            : { digest => 'unpopulated', columns => {} };
    }
    return \%data;
}

# Rows and MD5 of the sorted texts, of whole rows and of each column; a view that cannot be read has
# its SQLSTATE.
sub digest
{
    my ($dbh, $from, @columns) = @_;
    my $md5 = sub { "md5(coalesce(string_agg($_[0], E'\\n' order by $_[0] collate \"C\"), ''))" };
    my $found = eval { $dbh->selectrow_arrayref('select count(*), ' . join(', ', $md5->('whole'), map { $md5->("c$_") } 0 .. $#columns)
      . ' from (select ' . join(', ', 'row(' . join(', ', @columns) . ')::text as whole',
            map { "coalesce('=' || $columns[$_]::text, 'null') as c$_" } 0 .. $#columns) . " from $from) s") };
    return { digest => 'error ' . $dbh->state, columns => {} } unless $found;
    my ($rows, $whole, @each) = @$found;
    return { digest => "$rows rows, $whole", columns => { map { $columns[$_] => "$rows rows, $each[$_]" } 0 .. $#columns } };
}

# ---- comparison -------------------------------------------------------------------------------

# The lines that differ, as -LINE and +LINE.
sub differing_lines
{
    my ($before, $after) = @_;
    my @files = map { "$ENV{TESTDIR}/fidelity.$$.$_" } qw(before after);
    PostgreSQL::Test::Utils::append_to_file($files[0], join '', map { "$_\n" } @$before);
    PostgreSQL::Test::Utils::append_to_file($files[1], join '', map { "$_\n" } @$after);
    my @lines = `diff -U0 '$files[0]' '$files[1]'`;
    unlink @files;
    chomp @lines;
    return grep { !/^(?:---|\+\+\+) \// && !/^@@/ } @lines;
}

# What int → bigint of app.t.id must do to the dump: its column and the type of the serial's sequence.
sub widening_lines
{
    my ($dump) = @_;
    my (@expected, $in_table, $sequence);
    my %owned = map { /^ALTER SEQUENCE (.+) OWNED BY app\.t\.id;$/ ? ($1 => 1) : () } @$dump;
    for my $line (@$dump)
    {
        $in_table = 1 if $line =~ /^CREATE (?:UNLOGGED )?TABLE app\.t \(/;
        $sequence = $1 if $line =~ /^CREATE (?:UNLOGGED )?SEQUENCE (.+)$/;
        push @expected, "-$line", '+' . $line =~ s/ integer/ bigint/r if $in_table && $line =~ /^    id integer/;
        push @expected, "-$line" if $sequence && $owned{$sequence} && $line eq '    AS integer';
        undef $in_table if $line eq ')' || $line =~ /^\)/;
        undef $sequence if $line =~ /;$/;
    }
    return @expected;
}

# Takes the expected lines out of the found ones; returns what is too much and what is missing.
sub unexpected_lines
{
    my ($found, $expected) = @_;
    my %left;
    $left{$_}++ for @$expected;
    my @words = grep { !($left{$_} && $left{$_}--) } @$found;
    for my $line (sort keys %left)
    {
        push @words, map { "expected, but not there: $line" } 1 .. $left{$line};
    }
    return @words;
}

# Everything in which two snapshots differ.  lines: what the dump is expected to differ in; fact: a
# regexp of differences of the catalogs that may be; spelling: of the dump; changed: types may differ; plain: what the catalogs say
# where PostgreSQL itself made the change.
sub differences
{
    my ($before, $after, %how) = @_;
    my @dump = $before->{dump} ? unexpected_lines([ differing_lines($before->{dump}, $after->{dump}) ], $how{lines} // []) : ();
    @dump = grep { !/$how{spelling}/ } @dump if $how{spelling};
    my @sides = map { [ without_types($how{changed}, $how{plain}, @$_) ] } $how{plain} // $before->{catalog}, $after->{catalog};
    my @facts = Pgswap::Catalog::differences(@sides);
    @facts = grep { !/$how{fact}/ } @facts if $how{fact};
    return (map({ "dump: $_" } @dump), map({ "fact: $_" } @facts), data_differences($before->{data}, $after->{data}));
}

# What the type of a column decides, of the column and of what is built on it.  A serial's sequence is widened
# with its column, which ALTER TABLE does not do.
sub without_types
{
    my ($changed, $plain, @lines) = @_;
    my $names = $plain ? 'seqtypid|seqmax' : 'atttypid|attlen|attbyval|attalign|atttypmod|indclass|con[pf][pf]eqop|conexclop|seqtypid|seqmax';
    return @lines unless $changed;
    s/ (?:$names)=(?:NULL|E?'(?:[^']|'')*')//g for @lines;
    s/^(pg_attribute attrelid='view .*) attstorage='.'/$1/ for @lines;
    return @lines;
}

sub data_differences
{
    my ($before, $after) = @_;
    my @words;
    for my $name (sort keys %{ { %$before, %$after } })
    {
        my ($was, $is) = map { $_->{$name} // { digest => 'missing', columns => {} } } $before, $after;
        my %common = map { $_ => 1 } grep { exists $is->{columns}{$_} } keys %{ $was->{columns} };
        my $same_columns = keys %common == keys %{ $was->{columns} } && keys %common == keys %{ $is->{columns} };
        push @words, "data of $name: $was->{digest} -> $is->{digest}" if ($same_columns || !%common) && $was->{digest} ne $is->{digest};
        push @words, map { "data of $name.$_: $was->{columns}{$_} -> $is->{columns}{$_}" }
            grep { $was->{columns}{$_} ne $is->{columns}{$_} } sort keys %common;
    }
    return @words;
}

1;
