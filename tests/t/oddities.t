# Odd keys: values whose NULL test is neither true nor false, and casts under which two keys become one.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Test;
use Test::More;

my $t = Pgswap::Test->start('oddities');

sub rows { return $t->value("select string_agg(x::text, ' ' order by x::text) from $_[0] as x") }

# -- a composite key: ROW(1, NULL) is neither NULL nor NOT NULL to IS [NOT] NULL, and ROW(NULL, NULL) is NULL
$t->sql_as(owner => 'create type app.ck as (a int, b int); create table app.c (k app.ck primary key, n int);'
    . 'insert into app.c values ((1, null), 1), ((2, 2), 2), ((null, null), 3)');
$t->exits($t->pgswap('run', 'app.c', '--alter', 'ALTER COLUMN n TYPE bigint', '--until=ready'), 0, 'composite key: ready');
my $standby = $t->value(q{select oid from pg_class where relname = 'c' and relnamespace::regnamespace::text ~ '^pgswap_'});
my $file = $t->value("select pg_relation_filenode($standby)");
$t->sql('update app.c set n = 100 where k = row(1, null)::app.ck; update app.c set n = 300 where n = 3; insert into app.c values ((4, null), 4)');
$t->exits($t->pgswap('swap', 'app.c'), 0, 'composite key: swap');
is($t->value("select pg_relation_filenode($standby)"), $file, 'composite key: a row of NULLs is no TRUNCATE');
is(rows('app.c'), '("(,)",300) ("(1,)",100) ("(2,2)",2) ("(4,)",4)', 'composite key: all is there');
$t->sql('truncate app.c; insert into app.c values ((null, null), 5), ((null, 6), 6)');
$t->exits($t->pgswap('revert', 'app.c'), 0, 'composite key: revert');
is(rows('app.c'), '("(,)",5) ("(,6)",6)', 'composite key: a TRUNCATE is one');

# -- two keys that become one would be one row: refused, and so are both of them on the way back
sub refused
{
    my ($name, $type, $value, $alter, @zone) = @_;
    my $run;
    $t->sql("alter role owner set timezone = '" . ($zone[0] // 'UTC') . q{'});
    $t->sql_as(owner => "create table app.t (k $type primary key, n int); insert into app.t values ('$value', 1)");
    $run = $t->pgswap('run', 'app.t', '--alter', "ALTER COLUMN k TYPE $alter, ALTER COLUMN n TYPE bigint", '--no-revert', '--until=ready');
    $t->exits($run, 4, "$name: refused");
    like($run->{err}, qr/Different values of k could become one/, "$name: why");
    $t->sql('drop table app.t; alter role owner reset timezone');
    return;
}
refused('an hour twice', 'timestamptz', '2020-10-25 00:30+00', 'timestamp', 'Europe/Berlin');
refused('an hour that is not there', 'timestamp', '2020-03-29 02:30', 'timestamptz', 'Europe/Berlin');
refused('a day that is not there', 'date', '2011-12-30', 'timestamptz', 'Pacific/Apia');
refused('a zone that has the name of an abbreviation', 'timestamptz', '2020-10-25 00:30+00', 'timestamp', 'CET');
refused('a number is rounded', 'numeric', '1.2', 'numeric USING k::int');
refused('a number loses digits', 'bigint', '9007199254740993', 'bigint USING k::float8');
refused('a text is cut off', 'text', 'abcd', 'text USING k::varchar(3)');
refused('a time of day is cut off', 'timestamp', '2020-01-01 10:00', 'timestamp USING k::date');

# -- but a zone with one offset keeps them apart, and a cast to the new type is one
$t->sql(q{alter role owner set timezone = 'UTC'});
$t->sql_as(owner => q{create table app.t (k timestamptz primary key, "group" int); insert into app.t values ('2020-10-25 00:30+00', 1)});
$t->exits($t->pgswap('run', 'app.t', '--alter', 'ALTER COLUMN k TYPE timestamp, ALTER COLUMN "group" TYPE text USING "group"::text', '--force-rewrite', '--no-revert', '--until=ready'),
    0, 'UTC: ready');
$t->sql(q{insert into app.t values ('2020-10-25 01:30+00', 2)});
$t->exits($t->pgswap('swap', 'app.t'), 0, 'UTC: swap');
is(rows('app.t'), '("2020-10-25 00:30:00",1) ("2020-10-25 01:30:00",2)', 'UTC: both are there');
$t->exits($t->pgswap('finish', 'app.t'), 0, 'UTC: finish');

done_testing();
