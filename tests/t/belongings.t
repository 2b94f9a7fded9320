# What belongs to a table beside its columns: sequences that its columns own, publications that name it, indexes of
# a partitioned table.  Moved with it, or refused with the reason.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Test;
use Pgswap::Catalog;
use Test::More;

my $t = Pgswap::Test->start('belongings', wal_level => 'logical');
my $version = $t->value('show server_version_num');

sub refused
{
    my ($name, $because, @line) = @_;
    my $plan = $t->pgswap('plan', { user => 'postgres' }, @line);
    $t->exits($plan, 4, "$name: plan");
    like($t->reasons($plan), $because, "$name: the reason");
    $t->exits($t->pgswap('run', { user => 'postgres' }, @line), 4, "$name: run");
    return;
}

sub done
{
    my ($name, @line) = @_;
    return $t->exits($t->pgswap(@line), 0, "$name: @line[0, 1]");
}

sub sequences
{
    my ($table) = @_;
    return $t->value(<<~"SQL") // '';
        select string_agg(c.oid::regclass || ' of ' || a.attname || ' at ' || coalesce(pg_sequence_last_value(c.oid), 0), ', ' order by c.relname)
          from pg_depend d join pg_class c on c.oid = d.objid and c.relkind = 'S'
          join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
         where d.classid = 'pg_class'::regclass and d.refobjid = '$table'::regclass and d.deptype = 'a'
        SQL
}

# ---- sequences -----------------------------------------------------------------------------------

$t->sql_as(owner => <<~'SQL');
    create table app.extra (id int generated always as identity primary key, note text, other int);
    create sequence app.left_over owned by app.extra.id; create sequence app.on_note owned by app.extra.note;
    create sequence app.on_note_too owned by app.extra.note;
    insert into app.extra (note) select 'n' from generate_series(1, 10);
    select setval('app.left_over', 500000), setval('app.on_note', 7), nextval('app.on_note_too')
    SQL
my $owned = 'app.left_over of id at 500000, app.on_note of note at 7, app.on_note_too of note at 1';
for my $step ([ 'run', 'app.extra', '--alter', 'ALTER COLUMN id TYPE bigint' ], [ 'revert', 'app.extra' ], [ 'swap', 'app.extra' ], [ 'finish', 'app.extra' ])
{
    done('several a column', @$step);
    is(sequences('app.extra'), $owned, "several a column: owners and values after $step->[0]");
    cmp_ok($t->value(q{select pg_sequence_last_value(pg_get_serial_sequence('app.extra', 'id')::regclass)}), '<', 400000,
        "$step->[0]: the identity goes on where it was and not where another sequence is");
}

$t->sql_as(owner => <<~'SQL');
    create table app.narrowing (id int primary key, gone text, going serial);
    create sequence app.on_gone owned by app.narrowing.gone;
    insert into app.narrowing select i from generate_series(1, 10) i; select setval('app.on_gone', 3)
    SQL
my $before = 'app.narrowing_going_seq of going at 10, app.on_gone of gone at 3';
my @drops = ('app.narrowing', '--alter', 'ALTER COLUMN id TYPE bigint, DROP COLUMN gone, DROP COLUMN going');
is(sequences('app.narrowing'), $before, 'a dropped column: its sequences');
like($t->pgswap('plan', @drops)->{out}, qr/sequence app\.on_gone is owned by column gone, which the change drops/, 'a dropped column: the plan says so');
done('a dropped column', 'run', @drops);
is(sequences('app.narrowing'), '', 'a dropped column: run takes them along');
done('a dropped column', 'revert', 'app.narrowing');
is(sequences('app.narrowing'), $before, 'a dropped column: revert brings them back');
done('a dropped column', $_, 'app.narrowing') for 'swap', 'finish';
is($t->value(q{select concat(to_regclass('app.on_gone'), to_regclass('app.narrowing_going_seq'))}), '', 'a dropped column: finish drops them, as ALTER TABLE would');

$t->sql_as(owner => <<~'SQL');
    create table app.lends (id int primary key, a serial, b int default nextval('app.lends_a_seq'));
    create table app.borrows (id int primary key, a serial); create table app.borrower (id int default nextval('app.borrows_a_seq'))
    SQL
refused('a default uses the sequence of a dropped column', qr/default of column b: it uses sequence app\.lends_a_seq, which is owned by column a/, 'app.lends', '--alter', 'DROP COLUMN a', '--force-rewrite');
refused('another table uses the sequence of a dropped column', qr/column id of table app\.borrower: it uses sequence app\.borrows_a_seq/, 'app.borrows', '--alter', 'DROP COLUMN a', '--force-rewrite');

# The state has no sequence, so nobody can publish one.
done('the state', 'run', 'app.borrows', '--force-rewrite', '--until=ready');
is($t->value(q{select string_agg(oid::regclass::text, ', ') from pg_class where relkind = 'S' and relnamespace::regnamespace::text like 'pgswap%'}), undef, 'the state has no sequence');
my $number = $t->value('select max(id) from pgswap.migration');
done('the state', 'abort', 'app.borrows');
done('the state', 'run', 'app.borrows', '--force-rewrite', '--until=ready');
cmp_ok($t->value('select max(id) from pgswap.migration'), '>', $number, 'the number of an aborted migration is not used again');
done('the state', 'abort', 'app.borrows');

# ---- back to the very same after a change of types -------------------------------------------------

$t->sql($_) for 'create role reader', 'create extension hstore';
$t->sql_as(owner => <<~'SQL');
    create function app.f() returns trigger language plpgsql as 'begin return new; end';
    create table app.shown (id int primary key, note text default 'x'); insert into app.shown select i from generate_series(1, 20) i;
    create view app.v as select id, note from app.shown; create view app.w with (security_barrier = true) as select id from app.v where id > 3;
    create materialized view app.m with (fillfactor = 50) as select id, note from app.w join app.shown using (id);
    alter view app.v alter note set default 'y'; create trigger instead instead of insert on app.v for each row execute function app.f();
    create rule r as on delete to app.v do instead nothing; comment on rule r on app.v is 'rule'; comment on trigger instead on app.v is 'trigger';
    comment on view app.v is 'view'; comment on column app.w.id is 'column'; grant select (id) on app.v to reader; grant select on app.w to reader with grant option;
    create unique index m_id on app.m (id); create index m_note on app.m ((note || 'x')); alter index app.m_note alter column 1 set statistics 9;
    comment on index app.m_id is 'index'; alter materialized view app.m cluster on m_id; alter materialized view app.m alter note set statistics 8;
    create statistics app.st on id, note from app.m; alter statistics app.st set statistics 7; comment on statistics app.st is 'statistics';
    alter default privileges in schema app grant all on tables to reader
    SQL
$t->sql($_) for 'alter trigger instead on app.v depends on extension hstore', 'alter index app.m_id depends on extension hstore', 'alter materialized view app.m depends on extension hstore';
my $catalogs = Pgswap::Catalog::snapshot($t->{admin});
done('views', 'run', 'app.shown', '--alter', 'ALTER COLUMN id TYPE bigint', '--matviews=refresh');
done('views', 'revert', 'app.shown');
my @differences = Pgswap::Catalog::differences(map { [ grep { !/\bpgswap/ } @$_ ] } $catalogs, Pgswap::Catalog::snapshot($t->{admin}));
is(join("\n", @differences), '', 'views: built again twice, the catalogs are as they were');
done('views', 'abort', 'app.shown');

# ---- keys that are not enforced, labels ------------------------------------------------------------

$t->sql_as(owner => 'create table app.lax (id int primary key, a int unique deferrable)');
$t->sql('alter table app.lax disable trigger all');
refused('a deferrable key whose trigger is disabled', qr/constraint lax_a_key of app\.lax: its triggers are disabled/, 'app.lax', '--force-rewrite');

$t->sql_as(owner => 'create table app.labelled (id int generated always as identity primary key)');
$t->sql(q{set allow_system_table_mods = on; insert into pg_seclabel values ('app.labelled_id_seq'::regclass, 'pg_class'::regclass, 0, 'none', 'secret'); reset allow_system_table_mods});
refused('a label on the identity', qr/security label of provider none on sequence app\.labelled_id_seq/, 'app.labelled', '--force-rewrite');
$t->sql(q{set allow_system_table_mods = on; delete from pg_seclabel; reset allow_system_table_mods});

# ---- partitions ----------------------------------------------------------------------------------

sub attached
{
    return $t->value(<<~"SQL");
        select string_agg(inhrelid::regclass || ' of ' || inhparent::regclass, ', ' order by inhrelid::regclass::text)
          from pg_inherits join pg_index on indexrelid = inhrelid where indrelid = '$_[0]'::regclass
        SQL
}

$t->sql_as(owner => <<~'SQL');
    create table app.whole (id int primary key, a int) partition by range (id);
    create index down on app.whole (a desc); create index up on app.whole (a); create index odd on app.whole (a desc nulls last);
    create table app.part partition of app.whole for values from (0) to (100); insert into app.whole select i, i from generate_series(1, 50) i
    SQL
my $attached = attached('app.part');
for my $round (1 .. 3)
{
    done("twins, round $round", 'run', 'app.part', '--force-rewrite', '--jobs=4');
    is(attached('app.part'), $attached, "twins, round $round: each index belongs to the same one of the partitioned table");
    done("twins, round $round", 'finish', 'app.part');
}
$t->sql_as(owner => <<~'SQL');
    create table app.older (id int not null, a int); create index older_up on app.older (a); create index older_down on app.older (a desc);
    create table app.crossed (id int not null, a int) partition by range (id);
    alter table app.crossed attach partition app.older for values from (0) to (100);
    create index crossed_down on only app.crossed (a desc); create index crossed_up on only app.crossed (a);
    alter index app.crossed_down attach partition app.older_down; alter index app.crossed_up attach partition app.older_up;
    alter table app.older add primary key (id);
    create table app.lacking (id int primary key, a int) partition by range (id); create table app.lacks partition of app.lacking for values from (0) to (100);
    create index only_here on only app.lacking (a)
    SQL
refused('twins that ATTACH would exchange', qr/index app\.older_down belongs to app\.crossed_down: when the partition is attached again, index app\.older_up would be attached in its place/, 'app.older', '--force-rewrite');
refused('an index that the partition lacks', qr/index app\.only_here of the partitioned table has none on this partition/, 'app.lacks', '--force-rewrite');

# ---- publications --------------------------------------------------------------------------------

$t->sql_as(owner => 'create table app.sent (id int primary key, a int, b int)');
if ($version >= 150000)
{
    $t->sql('create publication partly for table app.sent (id, a) where (id > 0)');
    refused('a published column is dropped', qr/publication of table app\.sent in publication partly: it uses column a, which the change drops/, 'app.sent', '--alter', 'DROP COLUMN a', '--force-rewrite');
    refused('a published column is renamed', qr/it uses column a, which the change renames/, 'app.sent', '--alter', 'RENAME COLUMN a TO c, ALTER COLUMN id TYPE bigint');
    $t->sql('drop publication partly');
}

# PostgreSQL 19 has FOR ALL SEQUENCES and FOR ALL TABLES EXCEPT.  On an older server its columns are put into the
# catalogs, which is enough for what only reads them.
sub simulate
{
    my ($catalog, $column) = @_;
    $t->sql("alter table pg_catalog.$catalog add column $column boolean default false") unless grep { $_ eq $column } @{ Pgswap::Catalog::catalogs($t->{admin})->{$catalog} };
    return;
}

if ($version < 190000)
{
    $t->sql($_) for 'create publication numbers', 'create publication all_but for table app.sent';
    $t->sql('set allow_system_table_mods = on');
    simulate('pg_publication', 'puballsequences');
    simulate('pg_publication_rel', 'prexcept');
    $t->sql($_) for q{update pg_publication set puballsequences = true where pubname = 'numbers'}, 'update pg_publication_rel set prexcept = true', 'reset allow_system_table_mods';
}
else
{
    $t->sql($_) for 'create publication numbers for all sequences', 'create publication all_but for all tables except (table app.sent)';
}
for my $options ([], [ '--force=publication' ])
{
    refused("excepted from FOR ALL TABLES (@$options)", qr/publication all_but is FOR ALL TABLES EXCEPT this one: it would publish the table after the swap/, 'app.sent', '--force-rewrite', @$options);
}
$t->sql($version < 190000 ? q{set allow_system_table_mods = on; delete from pg_publication_rel; reset allow_system_table_mods} : 'drop publication all_but');
refused('FOR ALL SEQUENCES, an identity', qr/publication numbers is FOR ALL SEQUENCES: it would publish sequence extra_id_seq/, 'app.extra', '--force-rewrite');
refused('FOR ALL SEQUENCES, a sequence that is new', qr/publish sequence sent_n_seq/, 'app.sent', '--alter', 'ADD COLUMN n serial, ALTER COLUMN id TYPE bigint');
refused('FOR ALL SEQUENCES, a sequence that stays', qr/publish sequence borrows_a_seq/, 'app.borrows', '--alter', 'DROP COLUMN a', '--force-rewrite') if $t->value('drop table app.borrower; select true');
$t->exits($t->pgswap('plan', 'app.extra', '--force-rewrite', '--force=publication'), 0, 'FOR ALL SEQUENCES, --force=publication');
$t->exits($t->pgswap('plan', 'app.sent', '--force-rewrite'), 0, 'FOR ALL SEQUENCES, no sequence of the table');

done_testing();
