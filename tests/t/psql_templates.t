# Every template can be given to psql: `psql -v … -f templates/swap/lock.sql` knows all its variables and meets
# nothing that psql cannot read.  Its first line says what it does and which lock it takes.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Test;
use PostgreSQL::Test::Utils qw(slurp_file);
use Test::More;

my $t = Pgswap::Test->start_server('psql_templates');
my $directory = Pgswap::Test::tree() . '/templates';
my @files = sort glob "$directory/*/*.sql";
cmp_ok(scalar @files, '>', 0, 'there are templates');

# The variables of a template: :name (raw), :'name', :"name"; casts, strings, comments and dollar-quoted
# bodies are no variables to psql.
sub variables
{
    my ($text) = @_;
    my %names;
    while ($text =~ m{\G(?: --[^\n]* | (?<!:):'(?<quoted>\w+)' | (?<!:):"(?<quoted>\w+)" | '(?:[^']|'')*' | "[^"]*"
        | (?<dollar>\$\w*\$).*?\g{dollar} | :: | (?<![\w]):(?<raw>[a-z_]\w*) | . )}gsxi)
    {
        $names{ $+{quoted} } //= 0 if defined $+{quoted};
        $names{ $+{raw} } = 1 if defined $+{raw};
    }
    return \%names;
}

for my $file (@files)
{
    my ($name) = $file =~ m{([^/]+)\.sql$};
    my $text = slurp_file($file);
    my ($head) = $text =~ /\A((?:--[^\n]*\n)+)/;
    like($head // '', qr/\block/i, "$name: the head says what and which lock");
    my $variables = variables($text);
    my @set = map { ('-v', "$_=" . ($variables->{$_} ? '1' : 'dummy')) } sort keys %$variables;
    my $file_out = "$ENV{TESTDIR}/psql.out";
    my $pid = fork() // die "fork: $!";
    if ($pid == 0)
    {
        open(STDIN, '<', '/dev/null') and open(STDOUT, '>', $file_out) and open(STDERR, '>&', \*STDOUT)
            and exec 'psql', '-X', '-q', '-d', $t->conninfo . q( options='-c statement_timeout=10s -c lock_timeout=1s'), @set, '-f', $file;
        POSIX::_exit(127);
    }
    waitpid $pid, 0;
    my $output = slurp_file($file_out);
    unlike($output, qr{at or near ":"|: error: |invalid command|unterminated}, "$name: psql reads it")
        or diag(join "\n", "variables: @set", $output);
    isnt($? >> 8, 127, "$name: psql ran");
}

done_testing();
