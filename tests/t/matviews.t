# Materialized views are built over the new table before the swap moves them: nobody finds one empty, each shows what
# a REFRESH at that moment would have given, and each reads the new table from then on.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Test;
use Test::More;

my $t = Pgswap::Test->start('matviews');
my @ALTER = ('--alter', 'ALTER COLUMN id TYPE bigint');
$t->sql('create role aide; grant aide to owner; create role stranger; grant pg_read_all_stats to owner');

sub make
{
    my ($more) = @_;
    $t->sql('drop schema if exists app, other cascade; create schema app authorization owner; create schema other authorization owner');
    $t->sql('grant usage, create on schema app, other to aide');
    $t->sql_as(owner => 'create table app.t (id int primary key, a int); insert into app.t select g, g % 5 from generate_series(1, 100) g;' . $more);
    return;
}

sub refuses
{
    my ($name, $regexp, @options) = @_;
    for my $command (qw(plan run))
    {
        my $run = $t->pgswap($command, 'app.t', @ALTER, @options);
        $t->exits($run, 4, "$name: $command");
        like($run->{err}, $regexp, "$name: $command says why");
    }
    $t->is_clean("$name: nothing is touched");
    return;
}

sub sum { my ($view) = @_; return $t->value("select count(*) || ' ' || sum(a) from $view") }

# ---- the moment of the build, with what is pending then --------------------------------------------

make(q{create view other.v as select id, a from app.t where a >= 0;
    create table app.u (id int primary key); insert into app.u select generate_series(1, 50);
    create materialized view app.m as select v.id, v.a from other.v join app.u using (id);
    create unique index m_id on app.m (id);
    create materialized view other.m2 as select count(*) as n, sum(a) as a from app.m group by ();
    grant select on app.m to stranger;
    alter view other.v owner to aide; grant select on app.t to aide; grant select on other.v to owner});
{
    my $before = $t->hold('before-swap');
    my $run = $t->spawn('run', 'app.t', @ALTER, '--pause-at', 'before-swap', '--drain-keys', '1000');
    $t->arrived($before, $run);
    is($t->value(q{select count(*) from pg_class where relkind = 'm' and relnamespace::regnamespace::text like 'pgswap\_%' and relispopulated}), 2,
        'before the swap they are there, beside the new table');
    $t->sql_as(owner => 'update app.t set a = a + 1000');
    $t->let_go($before);
    $t->exits($t->reap($run), 0, 'run');
}
is(sum('app.m'), '50 100', 'it shows what the table held when it was built');
is($t->value('select n || \' \' || a from other.m2'), '50 100', 'and so does the one above it');
is($t->value(q{select count(*) from pg_class where relkind = 'm' and not relispopulated}), 0, 'none is empty');
is($t->value(q{select format_type(atttypid, null) from pg_attribute where attrelid = 'app.m'::regclass and attname = 'id'}), 'bigint', 'with the new type');
is($t->value(q{select count(*) from pgswap.object where name = 'after the swap'}), 0, 'nothing is left to be refreshed');
$t->sql_as(owner => 'refresh materialized view concurrently app.m');
is(sum('app.m'), '50 50100', 'and it reads the new table');

$t->sql_as(owner => 'update app.t set a = 7');
$t->exits($t->pgswap('revert', 'app.t'), 0, 'revert');
is(sum('app.m'), '50 350', 'the way back builds them anew, with what was pending');
is($t->value(q{select format_type(atttypid, null) from pg_attribute where attrelid = 'app.m'::regclass and attname = 'id'}), 'integer', 'with the old type');
$t->exits($t->pgswap('swap', 'app.t'), 0, 'swap again');
$t->exits($t->pgswap('finish', 'app.t'), 0, 'finish');
$t->sql_as(owner => 'refresh materialized view app.m; refresh materialized view other.m2');
is($t->value('select n || \' \' || a from other.m2'), '50 350', 'all of them read the table');
is($t->value(q{select count(*) filter (where has_table_privilege('stranger', 'app.m', 'select'))}), 1, 'grants are there');
$t->is_clean('nothing is left');

# ---- a swap that ends between build and exchange ---------------------------------------------------

make('create view app.v as select id, a from app.t; create materialized view app.m as select * from app.v; create view app.w as select * from app.m');
for my $after ('run', 'abort')
{
    my $built = $t->hold('matviews-built');
    my $run = $t->spawn('run', 'app.t', @ALTER, '--pause-at', 'matviews-built');
    $t->arrived($built, $run);
    $t->kill_run($run, 'KILL');
    $t->let_go($built);
    $t->sql_as(owner => 'delete from app.t where id > 50') if $after eq 'run';
    $t->exits($t->pgswap($after, 'app.t', $after eq 'run' ? '--until=ready' : ()), 0, "killed when they are built, $after");
    next if $after eq 'run';
}
is(sum('app.m'), '100 200', 'after abort they are what they were');
$t->is_clean('and nothing of ours is left');
{
    my $built = $t->hold('matviews-built');
    my $run = $t->spawn('run', 'app.t', @ALTER, '--pause-at', 'matviews-built');
    $t->arrived($built, $run);
    $t->kill_run($run, 'KILL');
    $t->let_go($built);
    $t->sql_as(owner => 'delete from app.t where id > 10');
    $t->exits($t->pgswap('run', 'app.t'), 0, 'killed again, run');
    is(sum('app.w'), '10 20', 'what an earlier attempt had built is built anew');
    $t->exits($t->pgswap('finish', 'app.t'), 0, 'finish');
    $t->is_clean('nothing is left');
}

# ---- what cannot be built beforehand ---------------------------------------------------------------

my @CASES = (
    [ 'row-level security', qr/row-level security is enabled/, 'create materialized view app.m as select * from app.t; alter table app.t enable row level security' ],
    [ 'two of one name', qr/same name/, 'create view other.m as select id, a from app.t; create materialized view app.m as select * from other.m' ],
    [ 'a function over the rows', qr/uses function/, q{create function app.f(app.t) returns int language sql immutable as 'select $1.a';
        create materialized view app.m as select id, app.f(t) as a from app.t} ]);
for my $case (@CASES)
{
    my ($name, $regexp, $more) = @$case;
    make($more);
    refuses($name, $regexp);
    $t->exits($t->pgswap('run', 'app.t', @ALTER, '--matviews=refresh'), 0, "$name: refreshed after the swap, if that is chosen");
    is(sum('app.m'), '100 200', "$name: it is filled");
    $t->exits($t->pgswap($_, 'app.t'), 0, "$name: $_") for 'revert', 'abort';
    is(sum('app.m'), '100 200', "$name: and again on the way back");
    $t->is_clean("$name: nothing is left");
}

make('create materialized view app.m as select * from app.t; create materialized view app.m2 as select * from app.m; refresh materialized view app.m with no data');
refuses('one that reads one without data', qr/has not been populated/, '--matviews=refresh');

done_testing();
