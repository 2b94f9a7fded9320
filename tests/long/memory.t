# The client's memory does not grow with the table: 5 M rows, copied, verified and swapped in less than
# 64 MiB.  Measured on a build without sanitizers: $ENV{PGSWAP_PLAIN}, else build/pgswap of this tree.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Test;
use Test::More;
use Time::HiRes qw(sleep time);

my $program = $ENV{PGSWAP_PLAIN} // Pgswap::Test::tree() . '/build/pgswap';
BAIL_OUT('there is no build without sanitizers: run make') unless -x $program;
$Pgswap::Test::PROGRAM = $program;
my $t = Pgswap::Test->start('memory', shared_buffers => '512MB', max_wal_size => '8GB');
my $ROWS = $ENV{PGSWAP_MEMORY_ROWS} // 5_000_000;
my $LIMIT = 64 * 1024;    # kB

# The high-water mark of a process's memory in kB, as long as it lives.
sub high_water
{
    my ($run) = @_;
    open my $file, '<', "/proc/$run->{pid}/status" or return 0;
    my ($kb) = join('', <$file>) =~ /^VmHWM:\s+(\d+) kB/m;
    return $kb // 0;
}

sub measured
{
    my ($name, @line) = @_;
    my $start = time();
    my $run = $t->spawn(@line);
    my $peak = 0;
    while ($t->lives($run))
    {
        my $now = high_water($run);
        $peak = $now if $now > $peak;
        sleep 0.05;
    }
    $t->exits($run, 0, $name);
    cmp_ok($peak, '>', 1000, "$name: it was measured");
    cmp_ok($peak, '<', $LIMIT, "$name: $peak kB");
    diag(sprintf '%s: %d kB, %.0f s', $name, $peak, time() - $start);
    return;
}

$t->sql_as(owner => "create table app.orders (id int primary key, customer int, total numeric, note text, at timestamptz);"
    . "insert into app.orders select i, i % 100000, i / 100.0, 'note ' || i, '2020-01-01'::timestamptz + i * '1 s'::interval"
    . " from generate_series(1, $ROWS) i; create index on app.orders (customer); create index on app.orders (at)");
measured('run', 'run', 'app.orders', '--alter', 'ALTER COLUMN id TYPE bigint', '--until=ready');
is($t->status('app.orders')->{rows_copied}, $ROWS, 'all rows were copied');

# A large backlog and a large difference do not fill the client, either.
$t->sql('update app.orders set total = total + 1 where id % 10 = 0');
measured('verify', 'verify', 'app.orders');
measured('swap', 'swap', 'app.orders', '--max-lock-hold', '5min');
is($t->value('select count(*) from app.orders'), $ROWS, 'all rows are there');
$t->exits($t->pgswap('finish', 'app.orders'), 0, 'finish');

done_testing();
