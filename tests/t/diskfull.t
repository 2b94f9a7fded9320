# The disk is full: exit 9, the half-made table is given back at once, the application is told of, and the same
# command goes on when there is room. The server gets ENOSPC from the C library (tests/preload/diskfull.c).
use strict;
use warnings;
use File::Find ();
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Mirror;
use Pgswap::Test;
use PostgreSQL::Test::Utils ();
use Test::More;

my $cc = $ENV{CC} // 'cc';
my $shim = "$ENV{TESTDIR}/diskfull.$$.so";
plan skip_all => 'it is for Linux: the server must be made to load a library' unless $^O eq 'linux';
plan skip_all => 'no C compiler: cannot build tests/preload/diskfull.c'
    if system("$cc -shared -fPIC -o $shim $FindBin::Bin/../preload/diskfull.c -ldl") != 0;

my $switch = "$ENV{TESTDIR}/diskfull.$$";
my $t;
{
    local $ENV{LD_PRELOAD} = $shim;
    local $ENV{DISKFULL_SWITCH} = $switch;
    $t = Pgswap::Test->start('diskfull', autovacuum => 'off');
}
my @RUN = ('run', 'app.t', '--alter', 'ALTER COLUMN n TYPE bigint', '--chunk-blocks', 8);

my $small = "$ENV{TESTDIR}/small.$$";
mkdir $small or die "$small: $!";
$t->sql($_) for "create tablespace small location '$small'", 'grant create on tablespace small to owner';

# From now on the directory can take so many bytes more.
sub fill
{
    my ($directory, $more) = @_;
    my $used = 0;
    File::Find::find({ wanted => sub { $used += -s _ if lstat && -f _ }, no_chdir => 1 }, $directory);
    PostgreSQL::Test::Utils::append_to_file("$switch.new", $used + $more . " $directory\n");
    rename "$switch.new", $switch or die "$switch: $!";
    return;
}

my $m = Pgswap::Mirror->new($t, setup => '');

# $texts: with columns that need a TOAST table, whose index has a page even if it is empty.
sub make
{
    my ($texts) = @_;
    my $x = $texts ? 'text' : 'int';
    return $m->make("create table app.t (id int primary key using index tablespace small, n int, x $x) tablespace small;"
        . 'insert into app.t select i, i, i from generate_series(1, 20000) i; create index on app.t (n) tablespace small');
}

sub write_both
{
    return $m->both('update %T set n = n + 1 where id = 7; delete from %T where id = 8; insert into %T values (20001, 1, 1)');
}

sub make_room { unlink $switch; return }
# Exit 9, in the server's words, with what the application suffers and what abort frees.
sub disk_full
{
    my ($run, $name) = @_;
    $t->exits($run, 9, $name);
    like($run->{err}, qr/^pgswap: error: [^\n]*No space left on device \(SQLSTATE 53100\)$/m, "$name: says so");
    like($run->{err}, qr/^pgswap: detail: [^\n]*The capture triggers stay[^\n]*the application's writes to it fail\.$/m, "$name: what the application suffers");
    like($run->{err}, qr/^pgswap: hint: Make room [^\n]*"pgswap abort" [^\n]*frees \d+ (?:bytes|kB|MB)\.$/m, "$name: what abort frees");
    return;
}

sub goes_on
{
    my ($name) = @_;
    make_room();
    $t->exits($t->pgswap(@RUN), 0, "$name: run again");
    $m->equal($name);
    $t->exits($t->pgswap('finish', 'app.t'), 0, "$name: finish");
    return;
}

# During the copy, with and without TOAST.
for my $texts (0, 1)
{
    my $name = $texts ? 'copying texts' : 'copying';
    make($texts);
    my $point = $t->hold('chunk-read');
    my $run = $t->spawn(@RUN, '--pause-at', 'chunk-read');
    $t->arrived($point, $run, 2);
    $t->step($point, $run);
    fill($small, 65536);
    $t->let_go($point);
    disk_full($t->reap($run), $name);
    like($run->{err}, qr/^pgswap: detail: The copied rows were removed, which frees \d+ (?:kB|bytes|MB)\. /m, "$name: what was given back");
    is($t->value('select pg_relation_size(\'' . $m->standby . '\')'), 0, "$name: the new table takes nothing");
    is($t->value('select count(*) from pgswap.chunk'), 0, "$name: no chunk is on record");
    is($t->status('app.t')->{phase}, 'copy', "$name: status");
    write_both();    # there is room for that, and for a while
    goes_on($name);
}

# While indexes are built: the indexes that are there would be in the way of another copy.
make(1);
my $point = $t->hold('copy-done');
my $run = $t->spawn(@RUN, '--pause-at', 'copy-done', '--jobs', 1);
$t->arrived($point, $run);
fill($small, 65536);
$t->let_go($point);
disk_full($t->reap($run), 'indexes');
like($run->{err}, qr/building index|making constraint/, 'indexes: what was done');

is($t->value('select pg_relation_size(\'' . $m->standby . '\')'), 0, 'indexes: the new table takes nothing');
is($t->status('app.t')->{phase}, 'copy', 'indexes: it is copied again');
write_both();
goes_on('indexes');

# The change log: the application's own writes fail, and those that fit do not; abort works on a full disk.
make(1);
$t->exits($t->pgswap(@RUN, '--until=ready'), 0, 'ready');
fill($t->node->data_dir . '/base', 0);
ok(!eval { $t->sql('update app.t set n = n + 1'); 1 }, 'the disk is full: a writer fails');
like($@, qr/No space left/, 'the disk is full: by that');
$t->sql('update app.t set n = n where id = 0');
my $abort = $t->pgswap('abort', 'app.t');
$t->exits($abort, 0, 'the disk is full: abort works');
make_room();
$t->is_clean('the disk is full: abort leaves nothing');

# Catching up: the new table is whole and stays.
make(1);
$t->exits($t->pgswap(@RUN, '--until=ready'), 0, 'ready again');
$t->sql("update $_ set n = n + 1 where id % 2 = 0") for 'app.t', 'mirror.t';
fill($small, 0);
$run = $t->pgswap('swap', 'app.t');
disk_full($run, 'catching up');
like($run->{err}, qr/^pgswap: detail: The new table stays as it is\. /m, 'catching up: the new table stays');
cmp_ok($t->value("select count(*) from ${\ $m->standby}"), '>', 0, 'catching up: it is there');
goes_on('catching up');

# A limit that is none of the disk's: nothing is given back for it.
make(1);
my $least = $t->value(q{select min_val || unit from pg_settings where name = 'maintenance_work_mem'});
$t->sql("alter database shop set temp_file_limit = '0'; alter database shop set maintenance_work_mem = '$least'");
$run = $t->pgswap(@RUN, '--jobs', 1);
$t->exits($run, 9, 'temp_file_limit');
like($run->{err}, qr/temp_file_limit.*SQLSTATE 53400.*hint: .*--maintenance-work-mem/s, 'temp_file_limit: says so, and what helps');
unlike($run->{err}, qr/copied rows were removed/, 'temp_file_limit: nothing is given back');
is($t->status('app.t')->{rows_copied}, 20000, 'temp_file_limit: what was copied is there');
$t->sql("alter database shop reset temp_file_limit");
goes_on('temp_file_limit');

done_testing();
