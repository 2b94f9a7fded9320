# Holes that were found by looking for them, each closed: keys of domains, rows through a parent,
# values that would be rounded on the way back, a server that crashes under an unlogged table.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Test;
use Test::More;

my $t = Pgswap::Test->start('holes');

sub rows
{
    my ($table) = @_;
    return $t->value("select string_agg(x::text, ' ' order by x::text) from $table as x");
}

# -- a domain with a default, or NOT NULL, as key: TRUNCATE is seen and does not fail
for my $rules ('default 5', 'not null')
{
    my $table = $rules =~ /default/ ? 'app.d1' : 'app.d2';
    (my $domain = $table) =~ s/d(\d)/dom$1/;
    $t->sql_as(owner => "create domain $domain as int $rules; create table $table (id $domain primary key, v text);"
        . "insert into $table select i, 'old' from generate_series(1, 10) i");
    $t->exits($t->pgswap('run', $table, '--alter', 'ALTER COLUMN v TYPE varchar(50)', '--until=ready'), 0, "key of a domain $rules: ready");
    $t->sql("truncate $table; insert into $table values (100, 'new')");
    $t->exits($t->pgswap('swap', $table), 0, "key of a domain $rules: swap");
    is(rows($table), '(100,new)', "key of a domain $rules: what was truncated is gone");
    $t->sql("truncate $table; insert into $table values (7, 'back')");
    $t->exits($t->pgswap('revert', $table), 0, "key of a domain $rules: revert");
    is(rows($table), '(7,back)', "key of a domain $rules: and on the way back");
}

# -- a partition: what is written through the parent is captured, in both directions
$t->sql_as(owner => 'create table app.p (id int, v text, primary key (id)) partition by range (id);'
    . 'create table app.p1 partition of app.p for values from (0) to (1000);'
    . q{insert into app.p select i, 'old' from generate_series(1, 5) i});
$t->exits($t->pgswap('run', 'app.p1', '--force-rewrite', '--alter', 'SET (fillfactor = 50)', '--until=ready'), 0, 'a partition: ready');
$t->sql(q{update app.p set v = 'one' where id = 1; delete from app.p where id = 2; insert into app.p values (600, 'two'); update app.p set id = 700 where id = 3});
$t->exits($t->pgswap('swap', 'app.p1'), 0, 'a partition: swap');
is(rows('app.p'), '(1,one) (4,old) (5,old) (600,two) (700,old)', 'a partition: all is there');
$t->sql(q{update app.p set v = 'three' where id = 4; delete from app.p where id = 5; insert into app.p values (800, 'four')});
$t->exits($t->pgswap('revert', 'app.p1'), 0, 'a partition: revert');
is(rows('app.p'), '(1,one) (4,three) (600,two) (700,old) (800,four)', 'a partition: and on the way back');

# -- a revert does not round: it says so, and goes through once the value is mended
$t->sql_as(owner => q{create table app.r (id int primary key, n int, d date, s varchar(5)); insert into app.r values (1, 1, '2020-01-01', 'abc'), (2, 2, '2020-01-02', 'def')});
$t->exits($t->pgswap('run', 'app.r', '--alter', 'ALTER COLUMN n TYPE numeric, ALTER COLUMN d TYPE timestamp, ALTER COLUMN s TYPE text'), 0, 'no rounding: swap');
for my $case ([ 'n', '1.6', '7' ], [ 'd', "'2020-01-01 13:14'", "'2020-03-01'" ], [ 's', "'too long'", "'short'" ])
{
    my ($column, $bad, $good) = @$case;
    $t->sql("update app.r set $column = $bad where id = 1");
    my $revert = $t->pgswap('revert', 'app.r');
    $t->exits($revert, 3, "no rounding: $column = $bad: refused");
    like($revert->{err}, qr/\b$column\b/, "no rounding: column $column is named");
    like($revert->{err}, qr/\(1\)/, 'no rounding: and the key');
    $t->sql("update app.r set $column = $good where id = 1");
}
$t->exits($t->pgswap('revert', 'app.r'), 0, 'no rounding: revert');
is(rows('app.r'), '(1,7,2020-03-01,short) (2,2,2020-01-02,def)', 'no rounding: the values are right');

# -- an unlogged table that a crash of the server empties never goes live
$t->sql_as(owner => 'create table app.u (id int primary key, v text); insert into app.u select i, i::text from generate_series(1, 1000) i');
$t->exits($t->pgswap('run', 'app.u', '--alter', 'SET UNLOGGED', '--until=ready'), 0, 'unlogged: ready');
$t->{node}->stop('immediate');
$t->{node}->start;
$t->{admin} = $t->connect(user => undef);
my $swap = $t->pgswap('swap', 'app.u');
is($t->value('select count(*) from app.u'), 1000, 'unlogged: an empty table does not go live');
$t->exits($t->pgswap('run', 'app.u'), 0, 'unlogged: run copies again');
is($t->value('select count(*) from app.u'), 1000, 'unlogged: all rows are there');

# -- row-level capture, asked for once, is kept for the way back
$t->sql_as(owner => 'create table app.w (id int primary key, n int); insert into app.w select i, i from generate_series(1, 10) i');
$t->exits($t->pgswap('run', 'app.w', '--row-capture', '--alter', 'ALTER COLUMN n TYPE bigint', '--until=ready'), 0, 'row capture: ready');
$t->sql('update app.w set n = -n where id <= 3; update app.w set id = 20 where id = 4; delete from app.w where id = 5');
$t->exits($t->pgswap('swap', 'app.w'), 0, 'row capture: swap');
$t->sql('update app.w set n = 0 where id = 6');
$t->exits($t->pgswap('revert', 'app.w'), 0, 'row capture: revert without the option');
is(rows('app.w'), '(1,-1) (10,10) (2,-2) (20,4) (3,-3) (6,0) (7,7) (8,8) (9,9)', 'row capture: all is there');

# -- what was written to a new column survives a revert and another swap
$t->sql_as(owner => 'create table app.n (id int primary key, v text); insert into app.n select i, i::text from generate_series(1, 6) i');
$t->exits($t->pgswap('run', 'app.n', '--alter', 'ALTER COLUMN id TYPE bigint, ADD COLUMN note text DEFAULT $$none$$'), 0, 'a new column: swap');
$t->sql(q{update app.n set note = 'precious' where id in (1, 2, 3)});
$t->exits($t->pgswap('revert', 'app.n'), 0, 'a new column: revert');
$t->sql(q{update app.n set v = 'changed' where id = 2; delete from app.n where id = 3; insert into app.n values (9, 'new')});
$t->exits($t->pgswap('swap', 'app.n'), 0, 'a new column: swap again');
is(rows('app.n'), '(1,1,precious) (2,changed,precious) (4,4,none) (5,5,none) (6,6,none) (9,new,none)', 'a new column: its values are kept');
$t->exits($t->pgswap('finish', 'app.n'), 0, 'a new column: finish');

done_testing();
