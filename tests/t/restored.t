# A copy of the database that a dump made while a migration was under way: it is known for that, and cleaned up.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Test;
use Test::More;

my $t = Pgswap::Test->start('restored');
my @widen = ('--alter', 'ALTER COLUMN id TYPE bigint');
sub table { my ($name) = @_; $t->sql_as(owner => "create table app.$name (id int primary key, v text); insert into app.$name select g, 'v' from generate_series(1, 50) g"); return "app.$name" }
my $left = q{select string_agg(what, ', ' order by what) from (
    select nspname::text as what from pg_namespace where nspname ~ '^pgswap_\d'
    union all select tgname from pg_trigger where tgname like 'pgswap%'
    union all select relname from pg_class where relname ~ '^(log|dirty|applied|kept|alive|reserve)_\d') as x};

# OIDs that mean nothing here, or another table: on every release.
table($_) for qw(other moved);
$t->exits($t->pgswap('run', 'app.moved', @widen, '--until=ready'), 0, 'run');
$t->sql(q{update pgswap.migration set origin = '1/1'; update pgswap.pair set blue = 'app.other'::regclass, green = 1});
my $run = $t->pgswap('run', 'app.moved', @widen);
$t->exits($run, 10, 'run of a migration of another database');
like($run->{err}, qr/abort/, 'its way out is said');
$t->exits($t->pgswap('abort', 'app.moved'), 0, 'abort');
is($t->value($left), undef, 'nothing of it is left');
is($t->value('select count(*) from app.other') + $t->value('select count(*) from app.moved'), 100, 'but the tables');

# The real thing.
if ($t->can_dump('a copy by dump and restore'))
{
    my ($ready, $swapped, $early) = map { table($_) } qw(ready swapped early);
    $t->exits($t->pgswap('run', $ready, @widen, '--until=ready'), 0, 'run');
    $t->exits($t->pgswap('run', $swapped, @widen), 0, 'run');
    my $dump = "$ENV{TESTDIR}/restored.$$.sql";
    $t->sql('create database copy');
    is(system($t->pg_dump, '-d', $t->conninfo(undef), '-f', $dump), 0, 'dump');
    is(system('psql', '-qX', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-d', $t->conninfo(undef, 'copy'), '-f', $dump), 0, 'restore');
    unlink $dump;
    $t->sql('grant create on database copy to owner');
    my $in_copy = sub { my ($command, @line) = @_; return $t->pgswap($command, { no_dbname => 1 }, '-d', $t->conninfo('owner', 'copy'), @line) };
    my $copy = $t->connect(user => undef, dbname => 'copy');
    ok($t->json($in_copy->('status', $ready, '--json'))->{restored}, 'status tells that it is of a copy');
    like($in_copy->('status', $swapped)->{out}, qr/restored.*finish/, 'and what to do');
    $t->exits($in_copy->(@$_), 10, "$_->[0] in the copy") for [ plan => $ready, @widen ], [ run => $ready, @widen ], [ swap => $ready ], [ pause => $ready ],
        [ verify => $swapped ], [ follow => $swapped ], [ revert => $swapped ];
    $t->exits($in_copy->(finish => $swapped), 0, 'finish in the copy');
    $t->exits($in_copy->(abort => $ready), 0, 'abort in the copy');
    is(($copy->selectrow_array($left))[0], undef, 'nothing is left there');
    is(($copy->selectrow_array("select format_type(atttypid, -1) from pg_attribute where attrelid = '$swapped'::regclass and attname = 'id'"))[0],
        'bigint', 'what was swapped is what it was');
    $t->exits($in_copy->(run => $ready, @widen), 0, 'a new run there');
    $t->exits($in_copy->(finish => $ready), 0, 'and its end');
    $copy->disconnect;
    ok(!$t->status($ready)->{restored}, 'in the database itself all is as it was');
    $t->exits($t->pgswap('swap', $ready), 0, 'swap');
    $t->exits($t->pgswap('finish', $_), 0, 'finish') for $ready, $swapped;
}
is($t->value($left), undef, 'nothing is left');
done_testing();
