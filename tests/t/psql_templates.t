# Every template can be given to psql: `psql -v … -f templates/swap/lock.sql` knows all its variables and meets
# nothing that psql cannot read.  Parts and sections are read where they are named.  Its first line says what it does and
# which lock it takes.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Test;
use Pgswap::Templates;
use PostgreSQL::Test::Utils qw(slurp_file append_to_file);
use Test::More;

my $t = Pgswap::Test->start_server('psql_templates');
cmp_ok(scalar Pgswap::Templates::names(), '>', 0, 'there are templates');

# The variables of a template, and whether they stand there as they are.
sub variables
{
    my ($text) = @_;
    my %names;
    Pgswap::Templates::fill($text, sub { my ($form, $name) = @_; $names{$name} ||= $form eq ':' ? 1 : 0; return '' });
    return \%names;
}

for my $name (Pgswap::Templates::names())
{
    my ($head) = Pgswap::Templates::file($name) =~ /\A((?:--[^\n]*\n)+)/;
    like($head // '', qr/\block/i, "$name: the head says what and which lock");
    my $text = Pgswap::Templates::whole($name);
    my $file = "$ENV{TESTDIR}/template.sql";
    unlink $file;
    append_to_file($file, $text);
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
