# The templates as the program renders them, but for their variables: parts (:part_x) and sections ([x] for :each_x)
# stand where they are named.
package Pgswap::Templates;

use strict;
use warnings;
use PostgreSQL::Test::Utils qw(slurp_file);

my %text = map { m{([^/]+)\.sql$} ? ($1 => slurp_file($_)) : () } glob Pgswap::Test::tree() . '/templates/*/*.sql';

sub names { my @names = sort keys %text; return @names }

# As it stands in its file.
sub file { return $text{ $_[0] } // die "there is no template $_[0]\n" }

sub section
{
    my ($template, $name) = @_;
    return file($template) =~ /^-- \[$name\]\n(.*?)(?=^-- \[|\z)/ms ? $1 : '';
}

# Whole, without the comment at its head.
sub whole
{
    my ($name) = @_;
    my $sql = file($name) =~ s/\A(?:--[^\n]*\n)+//r;
    1 while $sql =~ s/(?<!:):(part_\w+)/whole($1)/e || $sql =~ s/(?<!:):each_(\w+)/join '', map { section($_, $1) } names()/e;
    return $sql;
}

# Replaces each variable by what value->(form, name) says, form being ':', ":'" or ':"'; casts, strings, comments and
# dollar-quoted bodies hold none to psql.
sub fill
{
    my ($text, $value) = @_;
    my $sql = '';
    while ($text =~ m{\G(?<token> --[^\n]* | :(?<quote>['"])(?<quoted>\w+)\g{quote} | '(?:[^']|'')*' | "[^"]*"
        | (?<dollar>\$\w*\$).*?\g{dollar} | :: | (?<![\w]):(?<raw>[a-z_]\w*) | . )}gsxi)
    {
        $sql .= defined $+{quoted} ? $value->(":$+{quote}", $+{quoted}) : defined $+{raw} ? $value->(':', $+{raw}) : $+{token};
    }
    return $sql;
}

1;
