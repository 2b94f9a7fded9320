# At a terminal: a password is asked for, and lines are broken between words; elsewhere neither.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use IPC::Run ();
use Pgswap::Test;
use PostgreSQL::Test::Utils ();
use Test::More;

eval { require IO::Pty } or plan skip_all => 'IO::Pty is not installed';

my $t = Pgswap::Test->start('terminal');
$ENV{TERM} = 'xterm';

# Runs the program at a terminal of 80 columns; what is typed comes after what is asked.  Output and errors.
sub at_terminal
{
    my ($user, $typed, @line) = @_;
    my ($in, $out) = ('', '');
    my @command = ($Pgswap::Test::PROGRAM, $line[0], '-d', $t->conninfo($user), @line[1 .. $#line]);
    my $run = IPC::Run::start(\@command, '<pty<', \$in, '>pty>', \$out, IPC::Run::timeout(300));
    if (defined $typed)
    {
        IPC::Run::pump($run) until $out =~ /Password: /;
        $in = "$typed\n";
    }
    IPC::Run::finish($run);
    $out =~ s/\r//g;
    return { out => $out, exit => $run->full_result >> 8 };
}

# -- passwords
my $data = $t->node->data_dir;
my $hba = PostgreSQL::Test::Utils::slurp_file("$data/pg_hba.conf");
$t->sql(q{set password_encryption = 'scram-sha-256'; create role locked login password 'right'});
PostgreSQL::Test::Utils::append_to_file("$data/pg_hba.conf.new", "local all locked scram-sha-256\n$hba");
rename "$data/pg_hba.conf.new", "$data/pg_hba.conf" or die "pg_hba.conf: $!";
$t->node->reload;
$t->wait_until('the server has read it', sub { $t->pgswap('status', { user => 'locked' })->{exit} });
my $run = at_terminal('locked', 'right', 'status');
is($run->{exit}, 0, 'the right password is typed: exit 0');
like($run->{out}, qr/no migrations/, 'the right password: status');
unlike($run->{out}, qr/right/, 'the right password: it is not shown');
$run = at_terminal('locked', 'wrong', 'status');
is($run->{exit}, 4, 'a wrong password is typed: exit 4');
is(scalar(() = $run->{out} =~ /Password: /g), 1, 'a wrong password: it is asked once');
$run = at_terminal('locked', undef, 'status', '-w');
is($run->{exit}, 4, '-w: exit 4');
unlike($run->{out}, qr/Password: /, '-w: nothing is asked');
$run = at_terminal('owner', undef, 'status');
unlike($run->{out}, qr/Password: /, 'no password is needed: nothing is asked');

# -- lines
$t->sql_as(owner => 'create table app.t (id int primary key, a_column_with_a_long_name int)');
my @plan = ('plan', 'app.t', '--alter', 'ALTER COLUMN id TYPE bigint, DROP COLUMN a_column_with_a_long_name');
my $whole = $t->pgswap(@plan);
like($whole->{out}, qr/^  after the swap, prepared statements .* reconnect .*$/m, 'in a file: a warning is one line');
my $broken = at_terminal('owner', undef, @plan);
is_deeply([ grep { length > 80 } split /\n/, $broken->{out} ], [], 'at a terminal: no line is longer');
my ($one, $other) = map { my $text = $_->{out}; $text =~ s/\s+/ /gr } $whole, $broken;
is($other, $one, 'at a terminal: the same words');
cmp_ok(scalar(split /\n/, $broken->{out}), '>', scalar(split /\n/, $whole->{out}), 'at a terminal: more lines');
$t->sql('drop table app.t; create table app.t (id int)');
$broken = at_terminal('owner', undef, @plan);
is_deeply([ grep { length > 80 } split /\n/, $broken->{out} ], [], 'an error at a terminal: no line is longer');
like($broken->{out}, qr/^pgswap: detail: .*\n    \w/m, 'an error at a terminal: it is broken');

done_testing();
