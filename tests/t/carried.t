# What a table takes along, or is refused for with the true reason; some of it only later releases know.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Test;
use Test::More;

my $t = Pgswap::Test->start('carried');
my $version = $t->value(q{select current_setting('server_version_num')::int / 10000});

sub scene
{
    $t->sql('drop schema if exists app cascade; create schema app authorization owner');
    $t->sql_as(owner => $_[0]);
    return;
}

sub goes
{
    my ($name, $table, @change) = @_;
    for my $command ([ 'plan', $table, @change ], [ 'run', $table, @change ])
    {
        $t->exits($t->pgswap(@$command), 0, "$name: $command->[0]") or return;
    }
    return 1;
}

# Neither plan nor run goes, in the same words.
sub refuses
{
    my ($name, $regexp, $table, @change) = @_;
    for my $command (qw(plan run))
    {
        my $run = $t->pgswap($command, $table, @change);
        $t->exits($run, 4, "$name: $command");
        like($t->reasons($run), $regexp, "$name: $command says why");
        like($run->{err}, qr/^pgswap: hint: \S/m, "$name: $command says what to do");
        unlike($run->{err}, qr/report this/, "$name: $command knows it");
    }
    return;
}

sub there_and_back
{
    my ($name, $table, $facts, @change) = @_;
    my $before = $t->value($facts);
    goes($name, $table, @change) or return;
    is($t->value($facts), $before, "$name: the same after the swap");
    $t->exits($t->pgswap('revert', $table), 0, "$name: revert");
    is($t->value($facts), $before, "$name: and after the revert");
    $t->exits($t->pgswap('swap', $table), 0, "$name: swap again");
    is($t->value($facts), $before, "$name: and after the second swap");
    $t->exits($t->pgswap('finish', $table), 0, "$name: finish");
    return;
}

if ($version >= 18)
{
    my $constraints = q{select string_agg(conname || ' ' || convalidated || ' ' || pg_get_constraintdef(oid), '; ' order by conname)
        from pg_constraint where conrelid = 'app.t'::regclass};
    scene(q{create table app.t (id int primary key, v int); insert into app.t select g, nullif(g, 7) from generate_series(1, 20) g;
        alter table app.t add constraint v_nn not null v not valid; comment on constraint v_nn on app.t is 'old rows'});
    there_and_back('NOT NULL NOT VALID', 'app.t', $constraints, '--alter', 'alter id type bigint');
    is($t->value(q{select count(*) from app.t where v is null}), 1, 'the row that breaks it is there');

    scene(q{create table app.t (id int primary key, v int); insert into app.t values (1, null)});
    goes('a change that adds one', 'app.t', '--alter', 'alter id type bigint, add constraint v_nn not null v not valid');
    like($t->value($constraints), qr/v_nn false NOT NULL v NOT VALID/, 'the new one is not valid');
    $t->exits($t->pgswap('finish', 'app.t'), 0, 'finish');

    scene(q{create table app.t (id int unique, v int); insert into app.t values (null, 1), (null, 2); alter table app.t add constraint id_nn not null id not valid});
    refuses('a key that may have NULLs', qr/no usable key/, 'app.t', '--force-rewrite');
}

if ($version >= 18)
{
    my $keys = q{select string_agg(conrelid::regclass || ' ' || conname || ' ' || convalidated || ' ' || pg_get_constraintdef(oid), '; ' order by conrelid::regclass::text, conname)
        from pg_constraint where contype in ('p', 'u', 'f') and connamespace = 'app'::regnamespace};
    $t->sql('create extension btree_gist');
    scene(q{create table app.t (id int, v daterange, n int not null unique, primary key (id, v without overlaps)); insert into app.t values (1, '[2024-01-01,2024-02-01)', 1);
        create table app.c (i int primary key, id int, v daterange, constraint c_t foreign key (id, period v) references app.t (id, period v));
        insert into app.c values (1, 1, '[2024-01-01,2024-01-05)')});
    there_and_back('a temporal key that others refer to', 'app.t', $keys, '--force-rewrite');
    there_and_back('a foreign key with PERIOD', 'app.c', $keys, '--force-rewrite');
    scene(q{create table app.t (id int, v daterange, primary key (id, v without overlaps))});
    refuses('a temporal key as the only one', qr/no usable key/, 'app.t', '--force-rewrite');
}

if ($version >= 17)
{
    # the server fails at both in one statement
    scene('create table app.t (id int primary key, a int, g int generated always as (a * 2) stored); insert into app.t select g, g from generate_series(1, 10) g');
    goes('SET EXPRESSION beside a change of type', 'app.t', '--alter', 'alter g set expression as (a * 3), alter id type bigint');
    is($t->value('select sum(g) from app.t'), 165, 'its values are those of the new expression');
    $t->exits($t->pgswap('revert', 'app.t'), 0, 'revert');
    is($t->value('select sum(g) from app.t'), 110, 'and those of the old one on the way back');
    $t->exits($t->pgswap('abort', 'app.t'), 0, 'abort');

    scene(q{create table app.p (id bigint generated always as identity, at int not null, n int, primary key (id, at)) partition by range (at);
        create table app.t partition of app.p for values from (0) to (100);
        insert into app.p (at, n) select g, g from generate_series(1, 50) g});
    there_and_back('a partition of a parent with identity', 'app.t', q{
        select string_agg(concat_ws(' ', attrelid::regclass, attname, attidentity), '; ' order by attrelid, attnum) || currval_of
          from pg_attribute, (select count(*) from pg_class where relkind = 'S') as s(currval_of)
         where attrelid in ('app.t'::regclass, 'app.p'::regclass) and attidentity <> '' group by currval_of},
        '--force-rewrite', '--alter', 'set (fillfactor = 70)');
    $t->sql_as(owner => 'insert into app.p (at) values (60); insert into app.t (at) values (61)');
    is($t->value('select max(id) from app.t'), 52, 'its numbers come from the sequence of the parent');
}

scene(q{create table app.t (id int primary key, k int not null constraint by_k unique);
    alter table app.t replica identity using index by_k; alter table app.t drop constraint by_k});
refuses('a replica identity whose index was dropped', qr/its replica identity is an index that was dropped/, 'app.t', '--force-rewrite');

# -- a stored value that its expression does not give any more is nobody's write
scene(q{create function app.f(int) returns int language sql immutable as 'select $1 + 1';
    create table app.t ("Key" int, k2 text, a int, "G" int generated always as (app.f(a)) stored, primary key (k2, "Key"));
    insert into app.t select g, 'k, "' || g, g from generate_series(1, 20) g;
    create or replace function app.f(int) returns int language sql immutable as 'select $1 + 2'; update app.t set a = a where "Key" <> 7});
{
    my $run = $t->pgswap('run', 'app.t', '--alter', 'alter "Key" type bigint');
    $t->exits($run, 5, 'a function in a generated column was replaced');
    like($run->{err}, qr/generated column "G" of app\.t /, 'the column is named');
    unlike($run->{err}, qr/who writes/, 'and no writer is looked for');
    $t->sql_as(owner => 'update app.t set a = a');
    $t->exits($t->pgswap('run', 'app.t'), 0, 'computed anew, it goes');
    $t->exits($t->pgswap('finish', 'app.t'), 0, 'finish');
}

# -- IS DISTINCT FROM does not say which operator it means
scene(q{create table app.t (id int primary key, a int);
    create function app.never(int, int) returns boolean language sql immutable as 'select false';
    create operator app.= (leftarg = int, rightarg = int, function = app.never);
    set search_path = app, pg_catalog; create view app.v as select id, a is distinct from 5 as other from app.t; reset search_path});
refuses('a view that means another operator', qr/which operator/, 'app.t', '--force-rewrite');

# -- what PostgreSQL makes again for a changed type it makes without its targets, and statistics without their owner
$t->sql('create role aide; grant aide to owner');
scene(q{create table app.t (id int primary key, a int, b int); insert into app.t select g, g % 5, g % 7 from generate_series(1, 100) g;
    create statistics app.s on a, b from app.t; alter statistics app.s set statistics 321;
    create statistics app.e on (a + 1), b from app.t; grant usage, create on schema app to aide; alter statistics app.e owner to aide});
there_and_back('the target of extended statistics, and their owner', 'app.t', q{
    select string_agg(concat_ws(' ', stxname, stxowner::regrole, stxstattarget), '; ' order by stxname) from pg_statistic_ext
     where stxnamespace = 'app'::regnamespace}, '--alter', 'alter a type bigint');

if ($version >= 15)
{
    scene(q{create unlogged table app.t (id int generated always as identity primary key, n int);
        alter sequence app.t_id_seq set logged; insert into app.t (n) select g from generate_series(1, 50) g});
    my $persistence = q{select string_agg(concat_ws(' ', relname, relpersistence), '; ' order by relname) from pg_class where relnamespace = 'app'::regnamespace and relkind in ('r', 'S')};
    there_and_back('a logged sequence of an unlogged table', 'app.t', $persistence, '--alter', 'alter id type bigint');
    scene(q{create table app.t (id int generated always as identity primary key, n int);
        alter sequence app.t_id_seq set unlogged; insert into app.t (n) select g from generate_series(1, 50) g});
    there_and_back('an unlogged sequence of a logged table', 'app.t', $persistence, '--alter', 'alter id type bigint');
}

scene('create table app.t (id int primary key)');
$t->sql(q{create function app.f() returns trigger language plpgsql as 'begin return new; end';
    create function app.ev() returns event_trigger language plpgsql as $$ declare r record; begin
        for r in select * from pg_event_trigger_ddl_commands() where command_tag = 'CREATE TABLE' loop
            execute format('create trigger audit before insert on %s for each row execute function app.f()', r.objid::regclass); end loop; end $$;
    create event trigger et on ddl_command_end execute function app.ev()});
refuses('an event trigger that adds a trigger', qr/an event trigger adds .*: trigger audit/, 'app.t', '--force-rewrite');
$t->sql('drop event trigger et');

done_testing();
