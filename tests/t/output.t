# What is printed arrives, or the exit code says that it did not; standard descriptors that are closed get
# nobody else's connection.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Fcntl ();
use Pgswap::Test;
use Test::More;

my $t = Pgswap::Test->start('output');
my @ALTER = ('--alter', 'ALTER COLUMN n TYPE bigint');
my $conninfo = $t->conninfo('owner');

# The program behind a line of the shell, "$@" being the program and its arguments.
sub shell
{
    my ($line, @arguments) = @_;
    my $file = "$ENV{TESTDIR}/shell.$$";
    my $status = system('bash', '-c', "{ $line; } 2>$file", 'bash', $Pgswap::Test::PROGRAM, @arguments);
    my $err = PostgreSQL::Test::Utils::slurp_file($file);
    return { exit => $status & 127 ? -1 : $status >> 8, err => $err, out => '', line => "$line: @arguments" };
}

$t->sql_as(owner => 'create table app.t (id int primary key, n int, x text);'
    . 'insert into app.t select i, i, i::text from generate_series(1, 500) i');

# A daemon: each of them closed, and all. Whatever is opened next would be 0, 1 or 2.
for my $closed ('<&-', '>&-', '2>&-', '<&- >&- 2>&-')
{
    $t->exits(shell(qq("\$@" $closed), "status", "-d", $conninfo), 0, "status $closed");
    $t->exits(shell(qq("\$@" $closed), 'run', 'app.t', @ALTER, '-v', '-d', $conninfo), 0, "run $closed");
    is($t->value(q{select format_type(atttypid, null) from pg_attribute where attrelid = 'app.t'::regclass and attname = 'n'}),
        'bigint', "run $closed: swapped");
    $t->exits(shell(qq("\$@" $closed), 'revert', 'app.t', '-d', $conninfo), 0, "revert $closed");
    $t->exits(shell(qq("\$@" $closed), 'abort', 'app.t', '-d', $conninfo), 0, "abort $closed");
}

# Nothing of ours arrived at the server as a message.
unlike(PostgreSQL::Test::Utils::slurp_file($t->node->logfile), qr/protocol|invalid message|FATAL/, 'the server met no strange bytes');

# A full disk at the other end of stdout: each command, in text and JSON.
SKIP:
{
    skip 'no /dev/full here', 1 unless -c '/dev/full';
    for my $line ([ 'status' ], [ 'status', '--json' ], [ 'plan', 'app.t', @ALTER ], [ 'plan', 'app.t', @ALTER, '--json' ])
    {
        my $run = shell('"$@" >/dev/full', @$line, '-d', $conninfo);
        $t->exits($run, 1, "@$line >/dev/full");
        like($run->{err}, qr/^pgswap: error: could not write to standard output: No space left on device$/m, "@$line >/dev/full: says so");
    }
    $t->exits(shell('"$@" >/dev/full', $_), 1, "$_ >/dev/full") for '--help', '--version';
    my $run = shell('"$@" >/dev/full', 'run', 'app.t', @ALTER, '-d', $conninfo);
    $t->exits($run, 1, 'run >/dev/full');
    like($run->{err}, qr/^pgswap: hint: [^\n]*pgswap status/m, 'run >/dev/full: where to look');
    is($t->status('app.t')->{phase}, 'swapped', 'run >/dev/full: it is swapped');
    $t->exits($t->pgswap('finish', 'app.t'), 0, 'finish');
}

# A reader that has gone away wanted no more: no crash, no error.
$t->sql_as(owner => 'create table app.wide (id int primary key' . join('', map { ", \"a column with a long name $_\" int" } 1 .. 400) . ')');
for my $line ([ 'status', '-d', $conninfo ], [ '--help' ], [ 'plan', 'app.wide', '--alter', 'ADD COLUMN z int', '--json', '--force-rewrite', '-d', $conninfo ])
{
    my $run = shell('set -o pipefail; "$@" | sleep 0', @$line);
    $t->exits($run, 0, "$line->[0] | …");
    is($run->{err}, '', "$line->[0] | …: nothing is said");
}

done_testing();
