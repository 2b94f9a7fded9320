# A table is a list of heaps: the standby is made a partitioned one behind the program's back, before the copy. Copy,
# apply, vacuum and comparison know no other way than for a plain table, and what is done to a single heap is found.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Oracle;
use Pgswap::Test;
use Test::More;

my $t = Pgswap::Test->start('heaps', autovacuum => 'off');
my @RUN = ('run', 'app.t', '--alter', 'ALTER COLUMN n TYPE bigint', '--chunk-blocks', 4, '--drain-keys', 1, '--until=ready');
my $GREEN = 'pgswap_1_green';

$t->sql_as(owner => q{create table app.t (id int primary key, n int, x text);
    insert into app.t select i, i, repeat('x', 100) from generate_series(1, 4000) i});

sub equal
{
    my ($name) = @_;
    my $found = Pgswap::Oracle::compare($t->{admin}, 'app.t', "$GREEN.t", key => ['id']);
    is(join("\n", @{ $found->{differences} }), '', "$name: equal");
    return;
}

my $point = $t->hold('capture-ready');
my $run = $t->spawn(@RUN, '--pause-at', 'capture-ready');
$t->arrived($point, $run);
$t->kill_run($run, 'KILL');
$t->let_go($point);
$t->sql_as(owner => <<"SQL");
drop table $GREEN.t;
create table $GREEN.t (id int not null, n bigint, x text) partition by range (id);
create table $GREEN.low partition of $GREEN.t for values from (minvalue) to (1000);
create table $GREEN.mid partition of $GREEN.t for values from (1000) to (3000) partition by range (id);
create table $GREEN.mid_1 partition of $GREEN.mid for values from (1000) to (2500);
create table $GREEN.mid_2 (x text, id int not null, n bigint);
alter table $GREEN.mid attach partition $GREEN.mid_2 for values from (2500) to (3000);
create table $GREEN.high partition of $GREEN.t for values from (3000) to (maxvalue);
create index on $GREEN.t (id);
SQL
$t->sql("update pgswap.pair set green = '$GREEN.t'::regclass; delete from pgswap.object");

# the copy, with changes while it runs: rows that go, come, and move from one partition to another
$point = $t->hold('chunk-read');
$run = $t->spawn(@RUN, '--pause-at', 'chunk-read');
$t->arrived($point, $run);
$t->sql(q{delete from app.t where id % 500 = 0; update app.t set id = id + 10000 where id % 500 = 1;
    insert into app.t values (-5, 5, 'below'), (20000, 5, 'above')});
$t->let_go($point);
$t->exits($t->reap($run), 0, 'run');
equal('after the run');
is($t->value('select count(distinct heap) from pgswap.chunk'), 1, 'live is one heap');
is($t->value(q{select blocks from pgswap.heap}), $t->value('select sum(end_block - first_block) from pgswap.chunk'), 'all of it is on record');
is($t->value("select string_agg(relname, ' ' order by relname) from pg_class where relnamespace = '$GREEN'::regnamespace and relkind = 'r' and relallvisible > 0"),
    'high low mid_1 mid_2', 'each heap of standby is vacuumed');
is($t->status('app.t')->{new_table_bytes}, $t->value("select sum(pg_table_size(oid) + pg_indexes_size(oid)) from pg_class where relnamespace = '$GREEN'::regnamespace and relkind = 'r'"),
    'status tells the size of them together');

# the comparison reads each heap
$t->exits($t->pgswap('verify', 'app.t', '--drain-keys', 1), 0, 'verify');
is($t->status('app.t')->{parity}{rows_compared}, $t->value('select count(*) from app.t'), 'every row was compared');
for my $case ([ 'low', 7 ], [ 'mid_1', 1234 ], [ 'mid_2', 2777 ], [ 'high', 3456 ])
{
    my ($heap, $key) = @$case;
    $t->sql("update $GREEN.$heap set n = n + 1 where id = $key");
    my $verify = $t->pgswap('verify', 'app.t', '--drain-keys', 1);
    $t->exits($verify, 5, "a row of $heap differs");
    like($verify->{err}, qr/\b$key\b/, "a row of $heap: its key");
    $t->sql("update $GREEN.$heap set n = n - 1 where id = $key");
}
$t->exits($t->pgswap('verify', 'app.t', '--drain-keys', 1), 0, 'corrected');

# changes go to the partition that they belong to
$t->sql('update app.t set n = -n where id between 900 and 1100; update app.t set id = -id where id between 3000 and 3100');
$t->exits($t->pgswap('verify', 'app.t', '--drain-keys', 1), 0, 'after changes');
equal('after changes');

# one heap among them is emptied: its file tells
my $known = sub { $t->value('select row_marks from pgswap.pair') };
my $before = $known->();
$t->sql("truncate $GREEN.mid_2");
$t->exits($t->pgswap('verify', 'app.t', '--drain-keys', 1), 5, 'one heap is emptied');
$t->sql("insert into $GREEN.t select * from app.t where id between 2500 and 2999");
$t->exits($t->pgswap('verify', 'app.t', '--drain-keys', 1), 0, 'and filled again');
isnt($known->(), $before, 'its new file is in the marks');

# a copy that begins again empties all of them
$t->sql($_) for q{update pgswap.migration set phase = 'copy'}, 'vacuum full app.t';
$t->sql('delete from app.t where id < 500');
$run = $t->pgswap(@RUN);
$t->exits($run, 0, 'copied again');
like($run->{err}, qr/copy starts again/, 'copied again: says so');
equal('copied again');

$t->exits($t->pgswap('abort', 'app.t'), 0, 'abort');
$t->is_clean('abort');
done_testing();
