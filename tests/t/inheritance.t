# A child in classical inheritance, or a partition: what is written through its parents is captured, a statement that comes through a
# parent finds the new table, what is inherited stays inherited; what a plain ALTER TABLE refuses is refused.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Test;
use Test::More;

my $t = Pgswap::Test->start('inheritance');
my @ALTER = ('--alter', 'ALTER COLUMN id TYPE bigint, ADD COLUMN own text');

$t->sql_as(owner => <<'SQL');
    create table app.top (v text not null);
    create table app.p (a int, check (a > 0)) inherits (app.top);
    create table app.t (id int primary key) inherits (app.p);
    insert into app.top values ('of top');
    insert into app.p select 'of p', i from generate_series(1, 5) i;
    insert into app.t select 'old', i, i from generate_series(1, 8) i;
SQL

sub rows { return join ' ', map { $_->[0] } @{ $t->rows("select format('%s:%s', id, v) from only app.t order by id") } }

# ---- what is written through the parents ---------------------------------------------------------

$t->exits($t->pgswap('run', 'app.t', @ALTER, '--until=ready'), 0, 'ready');
is($t->value('select count(*) from app.top'), 14, 'the new table is no child yet');
$t->sql(q{update app.top set v = 'one' where tableoid = 'app.t'::regclass and ctid = (select ctid from app.t where a = 1); update app.p set v = 'two' where a = 2;
    delete from app.p where a = 3; insert into app.t values ('new', 9, 9)});
{
    my ($early, $late) = map { $t->connect(user => undef) } 1 .. 2;
    $early->do(q{set plan_cache_mode = force_generic_plan; prepare change as update app.top set v = 'planned before' where v = 'planned'; execute change});
    my $locked = $t->hold('swap-locked');
    my $swap = $t->spawn('swap', 'app.t', '--pause-at', 'swap-locked', '--max-lock-hold=1min');
    $t->arrived($locked, $swap);
    $t->async($late, q{update app.top set v = 'waited' where v = 'old'});
    $t->blocked($late);
    $t->let_go($locked);
    $t->exits($t->reap($swap), 0, 'swap');
    $t->done($late);
    is(rows(), '1:one 2:two 4:waited 5:waited 6:waited 7:waited 8:waited 9:new', 'what came through a parent while it was swapped is in the new table');
    $t->sql(q{update app.t set v = 'planned' where id = 4});
    $early->do('execute change');
    is($t->value('select v from only app.t where id = 4'), 'planned before', 'and so is what a statement that was planned before writes');
}
is($t->value(q{select string_agg(distinct tableoid::regclass::text, ' ') from app.top}), 'app.p app.t app.top', 'the old table is no child any more');
$t->exits($t->pgswap('verify', 'app.t'), 0, 'verify');

# ---- and on the way back -------------------------------------------------------------------------

$t->sql(q{update app.p set v = 'back' where a = 5; delete from app.top where v = 'waited'});
$t->exits($t->pgswap('revert', 'app.t'), 0, 'revert');
is(rows(), '1:one 2:two 4:planned before 5:back 9:new', 'all of it is there after the revert');
$t->sql('truncate app.p; insert into app.t values ($$last$$, 10, 10)');
$t->exits($t->pgswap('swap', 'app.t'), 0, 'swap again');
is(rows(), '10:last', 'TRUNCATE of a parent empties both tables');
$t->exits($t->pgswap('finish', 'app.t'), 0, 'finish');
$t->is_clean('finish');
is($t->value(q{select string_agg(attname || ' ' || attislocal || ' ' || attinhcount, ', ' order by attnum) from pg_attribute where attrelid = 'app.t'::regclass and attnum > 0}),
    'v false 1, a false 1, id true 0, own true 0', 'what was inherited is inherited, the rest is its own');
$t->sql('alter table app.p alter a type bigint; alter table app.top drop column v; alter table app.p add note text');
is($t->value(q{select string_agg(attname || ' ' || atttypid::regtype, ', ' order by attnum) from pg_attribute where attrelid = 'app.t'::regclass and attnum > 0 and not attisdropped}),
    'a bigint, id bigint, own text, note text', 'and goes with its parents');

# ---- what is refused -----------------------------------------------------------------------------

for ('plan', 'run')
{
    my $run = $t->pgswap($_, 'app.t', '--alter', 'ALTER COLUMN a TYPE numeric');
    $t->exits($run, 3, "$_: the type of an inherited column");
    like($run->{err}, qr/cannot alter inherited column "a"/, "$_: says what ALTER TABLE would say");
    $run = $t->pgswap($_, 'app.t', '--alter', 'ALTER COLUMN id TYPE int, DROP COLUMN note');
    $t->exits($run, 3, "$_: an inherited column is dropped");
    like($run->{err}, qr/cannot drop inherited column "note"/, "$_: says what ALTER TABLE would say");
}
$t->is_clean('nothing is touched');

# PostgreSQL up to 17 takes NOT NULL off a child; but it could not inherit again.
$t->sql('update app.p set note = 1; alter table app.p alter note set not null');
{
    my $run = $t->pgswap('plan', 'app.t', '--force-rewrite', '--alter', 'ALTER COLUMN note DROP NOT NULL');
    ok($run->{exit} == 3 || $run->{exit} == 4, 'NOT NULL of a parent: plan refuses') or diag $run->{err};
    like($run->{err}, qr/note.* is NOT NULL|inherited constraint/, 'and says why');
}

# A parent of somebody else is locked and altered in the swap, which only its owner may.
$t->sql('create role other; create table app.others (a bigint); alter table app.others owner to other; alter table app.t inherit app.others');
{
    my $run = $t->pgswap('plan', 'app.t', '--alter', 'ALTER COLUMN id TYPE int');
    $t->exits($run, 4, 'a parent of another role');
    like($run->{err}, qr/inherits from app\.others.*GRANT other TO owner/s, 'which is said, with the way out');
}
$t->sql('alter table app.t no inherit app.others');

# ---- a parent that changes meanwhile ---------------------------------------------------------------

$t->exits($t->pgswap('run', 'app.t', '--alter', 'ALTER COLUMN id TYPE int', '--until=ready'), 0, 'ready once more');
$t->sql('alter table app.p add column later int');
{
    my $run = $t->pgswap('swap', 'app.t');
    $t->exits($run, 10, 'a column that comes from the parent meanwhile');
    like($run->{err}, qr/column later/, 'is named');
}
$t->exits($t->pgswap('abort', 'app.t'), 0, 'abort');
$t->is_clean('abort');

# A table with children stays as it is: their columns are its own.
{
    my $run = $t->pgswap('plan', 'app.p', '--force-rewrite');
    $t->exits($run, 4, 'a parent');
    like($run->{err}, qr/app\.t inherits from it/, 'is refused, naming the child');
}

# ---- a partition -----------------------------------------------------------------------------------

# What is written through the partitioned table is captured, in both directions.
my $ROWS = q{select string_agg(x::text, ' ' order by x::text) from app.part as x};
$t->sql_as(owner => 'create table app.part (id int, v text, primary key (id)) partition by range (id);'
    . 'create table app.part_1 partition of app.part for values from (0) to (1000);'
    . q{insert into app.part select i, 'old' from generate_series(1, 5) i});
$t->exits($t->pgswap('run', 'app.part_1', '--force-rewrite', '--alter', 'SET (fillfactor = 50)', '--until=ready'), 0, 'a partition: ready');
$t->sql(q{update app.part set v = 'one' where id = 1; delete from app.part where id = 2; insert into app.part values (600, 'two'); update app.part set id = 700 where id = 3});
$t->exits($t->pgswap('swap', 'app.part_1'), 0, 'a partition: swap');
is($t->value($ROWS), '(1,one) (4,old) (5,old) (600,two) (700,old)', 'a partition: all is there');
$t->sql(q{update app.part set v = 'three' where id = 4; delete from app.part where id = 5; insert into app.part values (800, 'four')});
$t->exits($t->pgswap('revert', 'app.part_1'), 0, 'a partition: revert');
is($t->value($ROWS), '(1,one) (4,three) (600,two) (700,old) (800,four)', 'a partition: and on the way back');
$t->exits($t->pgswap('abort', 'app.part_1'), 0, 'a partition: abort');
$t->is_clean('a partition');

done_testing();
