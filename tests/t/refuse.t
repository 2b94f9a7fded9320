# What is not carried is refused by the plan: exit 4, the reason named, a hint given, nothing touched.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Test;
use Test::More;

my $t = Pgswap::Test->start('refuse');
my $WIDEN = 'ALTER COLUMN n TYPE bigint';
my $count = 0;

# One refusal.  how: setup (as owner) or super (as superuser) with %T for the table; say: what the
# message must name; options instead of the usual change; table if it is not the one made here.
sub refused
{
    my ($name, %how) = @_;
    my $table = 'app.t' . ++$count;
    my @base = $how{bare} ? () : "create table $table (id int primary key, n int); insert into $table values (1, 1)";
    for my $step ([ owner => @base ], [ owner => $how{setup} ], [ super => $how{super} ])
    {
        my ($who, $sql) = @$step;
        next unless defined $sql;
        $sql =~ s/%T/$table/g;
        $who eq 'owner' ? $t->sql_as(owner => $sql) : $t->sql($sql);
    }
    my $target = ($how{table} // $table) =~ s/%T/$table/r;
    my @options = $how{options} ? @{ $how{options} } : ('--alter', $WIDEN);
    (my $say = $how{say}) =~ s/%T/$table/g;
    my $before = $t->schema;
    for my $command ('plan', 'run')
    {
        my $run = $t->pgswap($command, $target, @options);
        $t->exits($run, 4, "$name: $command");
        like($t->reasons($run), qr/$say/i, "$name: $command names the reason");
        like($run->{err}, qr/^pgswap: hint: \S/m, "$name: $command gives a hint");
    }
    $t->is_bare("$name: nothing is left") or map { $t->pgswap($_, $target) } 'abort', 'finish';
    is($t->schema, $before, "$name: nothing is changed");
    (my $after = $how{after} // "drop table $table cascade") =~ s/%T/$table/g;
    $t->sql($after);
    return;
}

# A change that makes an index under another collation than the column's.
sub index_file
{
    my $name = "$ENV{TESTDIR}/index.$$.sql";
    open my $file, '>', $name or die "$name: $!";
    print $file 'CREATE UNIQUE INDEX ON :green (k COLLATE "C");';
    close $file;
    return $name;
}

$t->sql('create extension if not exists hstore');

# Keys.
refused('no key', bare => 1, setup => 'create table %T (id int, n int)', say => 'key');
refused('a nullable unique column', bare => 1, setup => 'create table %T (id int unique, n int)', say => 'key');
refused('a deferrable unique constraint only', bare => 1, setup => 'create table %T (id int not null unique deferrable, n int)', say => 'key');
refused('a partial unique index only', bare => 1,
    setup => 'create table %T (id int not null, n int); create unique index on %T (id) where n > 0', say => 'key');
refused('a unique index on an expression only', bare => 1,
    setup => 'create table %T (id int not null, n int); create unique index on %T ((id + 1))', say => 'key');
refused('an invalid unique index only', bare => 1,
    setup => 'create table %T (id int not null, n int); create unique index ix on %T (id)',
    super => q{update pg_index set indisvalid = false where indexrelid = 'app.ix'::regclass}, say => 'key');
# under the column's collation a is A, and one pending key would stand for both rows
$t->sql(q{create collation app.ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false); grant usage on schema app to owner});
refused('a unique index under another collation only', bare => 1, setup => 'create table %T (k text collate app.ci not null, n int);'
    . q{create unique index on %T (k collate "C"); insert into %T values ('a', 1), ('A', 2)}, say => 'own collations');
refused('such an index is all that the change leaves', bare => 1, setup => 'create table %T (k text primary key, n int)',
    options => [ '--alter', 'DROP CONSTRAINT t' . ($count + 1) . qq{_pkey, $WIDEN}, '-f', index_file() ], say => 'key');
refused('the key column is dropped', options => [ '--alter', 'DROP COLUMN id, ALTER COLUMN n TYPE bigint' ], say => 'key');

# What hangs on the table and is not carried (what is: fidelity.t).
refused('a materialized view under row-level security', say => 'row-level security is enabled', setup => 'create materialized view app.m1 as select n from %T; alter table %T enable row level security');
refused('a temporary view of another session', say => 'temporary view of another session', super => 'create temp view tv as select n from %T');
refused('forced row level security', say => 'row.level security|RLS|polic', setup => 'alter table %T enable row level security, force row level security');
refused('a publication', say => 'publication.*pub', super => 'create publication pub for table %T', after => 'drop publication pub; drop table %T');
refused('a publication of all tables', say => 'publication.*pub', super => 'create publication pub for all tables',
    after => 'drop publication pub; drop table %T');
refused('the target of a subscription', say => 'subscription',
    super => q{create subscription sub connection 'dbname=none' publication p with (connect = false);}
        . q{insert into pg_subscription_rel select oid, '%T'::regclass, 'r', null from pg_subscription},
    after => 'alter subscription sub set (slot_name = none); drop subscription sub; drop table %T');
refused('a partitioned table', bare => 1, say => 'partition', setup => 'create table %T (id int primary key, n int) partition by range (id)');
refused('a partition', say => 'partition', table => 'app.leaf',
    setup => 'create table app.root (id int primary key, n int) partition by range (id);'
        . 'create table app.leaf partition of app.root for values from (0) to (10)',
    after => 'drop table app.root, %T');
refused('an inheritance parent', say => 'inherit', setup => 'create table app.child () inherits (%T)');
refused('a typed table', bare => 1, say => 'typed|type', setup => 'create type app.ty as (id int, n int); create table %T of app.ty (primary key (id))',
    after => 'drop table %T; drop type app.ty');
refused('a member of an extension', say => 'extension.*hstore', super => 'alter extension hstore add table %T',
    after => 'alter extension hstore drop table %T; drop table %T');
refused('a column of its row type elsewhere', say => 'app.other|other', setup => 'create table app.other (id int, r %T)',
    after => 'drop table app.other, %T');
refused('an operator over its row type', say => 'function.*takes.*operator', setup => 'create function app.takes(%T) returns int language sql as $$select 1$$; create operator app.@@ (rightarg = %T, function = app.takes)');

# What is no ordinary table.
refused('a view as target', say => 'view|not a table', table => 'app.v2', setup => 'create view app.v2 as select * from %T');
refused('a materialized view as target', say => 'view|not a table', table => 'app.m2', setup => 'create materialized view app.m2 as select * from %T');
refused('a sequence as target', say => 'sequence|not a table', table => 'app.s2', setup => 'create sequence app.s2', after => 'drop sequence app.s2; drop table %T');
refused('a foreign table', say => 'foreign|not a table', table => 'app.ft',
    super => 'create foreign data wrapper nowhere; create server nowhere foreign data wrapper nowhere;'
        . 'create foreign table app.ft (id int) server nowhere', after => 'drop foreign data wrapper nowhere cascade; drop table %T');
refused('a system catalog', say => 'system|catalog|owner', table => 'pg_catalog.pg_class');
refused('a table of another owner', say => 'owner|privilege|permission', super => 'create role stranger; alter table %T owner to stranger',
    after => 'drop table %T; drop role stranger');

# A policy of somebody else's, which the swap would have to alter.
refused('a policy of another role', say => 'policy p on app\.s mentions the table',
    super => 'create table app.s (id int); create policy p on app.s using (exists (select from %T as t where t.id = s.id))', after => 'drop table app.s, %T');

# The change.
refused('a change that needs no rewrite', say => 'rewrite', options => [ '--alter', 'ALTER COLUMN n SET DEFAULT 3' ]);
refused('a volatile expression', say => 'n.*(volatile|determin|random)|(volatile|determin|random).*n',
    options => [ '--alter', 'ALTER COLUMN n TYPE float8 USING random()' ]);
refused('now() in a mapping', say => 'now|stable|determin|immutable', options => [ '--alter', 'ALTER COLUMN n TYPE timestamptz USING now()' ]);
refused('nextval() in a mapping', say => 'nextval|volatile|determin', setup => 'create sequence app.sq',
    options => [ '--alter', 'ALTER COLUMN n TYPE bigint', '--map', q{n=nextval('app.sq')} ], after => 'drop table %T; drop sequence app.sq');
refused('a sub-select in a mapping', say => 'sub-?(select|query)',
    options => [ '--alter', 'ALTER COLUMN n TYPE bigint', '--map', 'n=(select max(oid::int) from pg_class)' ]);

# A role that may not create schemas.
$t->sql('revoke create on database shop from owner');
refused('no CREATE on the database', say => 'CREATE.*database|database.*CREATE|privilege|permission',
    after => 'drop table %T; grant create on database shop to owner');

# --force-rewrite goes on where only the advice stood against it.
$t->sql_as(owner => 'create table app.f (id int primary key, n int); insert into app.f select i, i from generate_series(1, 10) i');
my $forced = $t->pgswap('run', 'app.f', '--alter', 'ALTER COLUMN n SET DEFAULT 3', '--force-rewrite');
$t->exits($forced, 0, '--force-rewrite');
is($t->value(q{insert into app.f values (11) returning n}), 3, '--force-rewrite: the change is there');
$t->exits($t->pgswap('finish', 'app.f'), 0, 'finish');

# Flags without a policy hang on the table alone: carried.
$t->sql_as(owner => 'create table app.rls (id int primary key, n int); insert into app.rls values (1, 1);'
    . 'alter table app.rls enable row level security');
$t->exits($t->pgswap('run', 'app.rls', '--alter', $WIDEN), 0, 'row level security without a policy');
is($t->value(q{select relrowsecurity from pg_class where oid = 'app.rls'::regclass}), 1, 'row level security is carried');
$t->exits($t->pgswap('finish', 'app.rls'), 0, 'finish');

done_testing();
