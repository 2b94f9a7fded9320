# Several owners in one database: each has a state of its own, which members of the owner share, roles with
# pg_monitor read, and nobody else touches.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Test;
use Test::More;

my $t = Pgswap::Test->start('owners');
my @widen = ('--alter', 'ALTER COLUMN id TYPE bigint');
my $sqlstate = sub { my ($user, $sql) = @_; return eval { $t->sql_as($user, $sql); 1 } ? '' : $DBI::state };
my $super = $t->value('select current_user');

$t->sql($_) for split /;\n/, <<~'SQL';
    create role second login;
    create role colleague login in role owner;
    create role watch login in role pg_monitor;
    create role stranger login;
    grant create on database shop to second, colleague;
    create schema other authorization second;
    grant usage on schema app, other to writer, colleague;
    grant create on schema app to colleague
    SQL
$t->sql_as($_->[0], "create table $_->[1].$_->[2] (id int primary key, v text);
    insert into $_->[1].$_->[2] select g, 'v' || g from generate_series(1, 500) g;
    grant select, insert, update, delete on $_->[1].$_->[2] to writer")
    for [ owner => 'app', 't' ], [ second => 'other', 't' ], [ owner => 'app', 'shared' ], [ second => 'other', 'race' ], [ owner => 'app', 'race' ];

my $run = sub { my ($user, @line) = @_; return $t->pgswap($line[0], { user => $user }, @line[ 1 .. $#line ]) };
my $type = sub { return $t->value(qq{select format_type(atttypid, -1) from pg_attribute where attrelid = '$_[0]'::regclass and attname = 'id'}) };
my $known = sub { my ($user) = @_; my $r = $run->($user, 'status', '--json'); return $r->{exit} == 0
    ? join ' ', sort map { $_->{table} =~ s/"//gr } @{ $t->json($r)->{migrations} } : "exit $r->{exit}: $r->{err}" };

# Two roles whose first run comes at the same time: both have to make a state.
{
    my $gate = $t->connect(user => undef);
    $gate->do('select pg_advisory_lock(7473724, 0)');
    my @runs = map { $t->spawn('run', { user => $_->[0] }, "$_->[1].race", @widen) } [ owner => 'app' ], [ second => 'other' ];
    $t->wait_until('both are about to make the state', sub { 2 == $t->value(
        q{select count(*) from pg_locks where locktype = 'advisory' and classid = 7473724 and not granted}) });
    $gate->disconnect;
    $t->exits($t->reap($_), 0, 'one of two first runs at once') for @runs;
    is(join(' ', map { $type->("$_.race") } qw(app other)), 'bigint bigint', 'both tables are swapped');
}

# Both under way at once, with writers on both tables.
for ([ owner => 'app.t' ], [ second => 'other.t' ])
{
    my ($user, $table) = @$_;
    $t->exits($run->($user, 'run', $table, @widen, '--until=ready'), 0, "$user: run");
    $t->sql_as(writer => "insert into $table values (1001, 'new'); update $table set v = 'w' where id = 7; delete from $table where id = 8");
}
is($known->('owner'), 'app.race app.t', 'a role sees what is its own');
is($known->('second'), 'other.race other.t', 'and the second what is its own');
is($known->('watch'), 'app.race app.t other.race other.t', 'pg_monitor sees all');
is($known->($super), 'app.race app.t other.race other.t', 'a superuser, too');
is($known->('stranger'), '', 'a role without rights sees none');
is(scalar @{ $t->rows(q{select distinct id from pgswap.migration union select id from pgswap_2.migration}) }, 4, 'no number twice');
for my $command ('pause', 'swap', 'abort')
{
    my $r = $run->('watch', $command, 'app.t');
    is($r->{exit}, 4, "$command by who only monitors is refused");
    like($r->{err}, qr/role owner.*watch/s, '  with the role that may') or diag($r->{err});
}

# What one role may do to the other's state: nothing.
my %home = map { $_->[0] => $_->[1] } @{ $t->rows(q{select pg_get_userbyid(nspowner), nspname from pg_namespace where nspname ~ '^pgswap(_\d+)?$'}) };
is(join(' ', sort keys %home), 'owner second', 'each owner has a state of its own');
is($t->value(q{select count(*) from pg_class c join pg_namespace n on n.oid = relnamespace where nspname ~ '^pgswap' and relowner <> nspowner})
    + $t->value(q{select count(*) from pg_proc p join pg_namespace n on n.oid = pronamespace where nspname ~ '^pgswap' and proowner <> nspowner}),
    0, 'and all in it is its own');
my ($log) = $t->value(q{select c.oid::regclass from pg_class c where relname ~ '^log_' and relnamespace = '} . $home{owner} . q{'::regnamespace order by 1 limit 1});
for my $evil ("create function $home{owner}.require(boolean) returns void language sql as 'select'", "create table $home{owner}.planted ()",
    "update $home{owner}.migration set paused = true", "select * from $home{owner}.migration", "delete from $home{owner}.lease",
    "insert into $log values (1)", "select * from $log", "drop schema $home{owner} cascade")
{
    is($sqlstate->('second', $evil), '42501', "the second role may not: $evil");
}
is($sqlstate->('watch', "select * from $log"), '42501', 'who monitors does not see keys of rows');
is($sqlstate->('watch', "update $home{owner}.migration set hold = false"), '42501', 'and changes nothing');

# A row of the second role's own state that names the first one's table: nobody is led astray.
my ($forged) = $t->value(q{select 'app.shared'::regclass::oid});
$t->sql_as(second => "update $home{second}.pair set blue = $forged where migration = (select max(id) from $home{second}.migration);
    update $home{second}.migration set schema_name = 'app', table_name = 'shared' where id = (select max(id) from $home{second}.migration)");
$t->sql_as(second => $_) for split /;\n/, <<~"SQL";
    create function $home{second}.evil() returns trigger language plpgsql as \$\$ begin execute 'create role evil'; return new; end \$\$;
    create trigger evil before insert or update on $home{second}.lease for each row execute function $home{second}.evil()
    SQL
my ($blue) = $t->value(q{select 'other.t'::regclass::oid});
for my $line ([ owner => 0 ], [ $super => 10 ])
{
    $t->exits($run->($line->[0], 'abort', 'app.shared'), $line->[1], 'abort of a table that only a forged row names');
}
$t->sql('grant pg_monitor to owner');
$t->exits($run->('owner', 'plan', 'app.shared', @widen), 0, 'its owner, who sees the forged row, can work');
$t->sql('revoke pg_monitor from owner');
isnt($run->($super, 'swap', 'app.shared')->{exit}, 0, 'nor can it be swapped');
is($type->('app.shared'), 'integer', 'the table is as it was');
is($t->value(q{select count(*) from pg_roles where rolname = 'evil'}), 0, 'and nothing that the row\'s owner wrote was run');
$t->sql_as(second => "drop trigger evil on $home{second}.lease");
$t->sql_as(second => "update $home{second}.pair set blue = $blue where migration = (select max(id) from $home{second}.migration);
    update $home{second}.migration set schema_name = 'other', table_name = 't' where id = (select max(id) from $home{second}.migration)");

# A state that its owner has locked keeps nobody but himself out, and no superuser waiting.
my $locked = $t->connect(user => 'second');
$locked->begin_work;
$locked->do("lock table $home{second}.version in access exclusive mode");
$t->exits($run->('owner', 'status', 'app.t'), 0, 'status of one\'s own beside it');
my $waits = $run->($super, 'status', 'app.t');
$t->exits($waits, 6, 'a superuser, who reads them all, is told');
like($waits->{err}, qr/schema $home{second}\b/, '  which it is');
$locked->rollback;
$locked->disconnect;

# A role that is a member of the owner goes on with the owner's migrations, and ends them.
$t->exits($run->('colleague', 'swap', 'app.t'), 0, 'a member of the owner swaps');
$t->exits($run->('colleague', 'run', 'app.shared', @widen), 0, 'and begins one');
$t->exits($run->('owner', 'finish', 'app.shared'), 0, 'which the owner finishes');
$t->exits($run->('owner', 'revert', 'app.t'), 0, 'the owner reverts what the member swapped');
$t->exits($run->('colleague', 'abort', 'app.t'), 0, 'the member aborts what the owner began');
$t->exits($run->($super, 'swap', 'other.t'), 0, 'a superuser swaps for the second role');
is($t->value(q{select count(*) from pg_class c join pg_namespace n on n.oid = relnamespace where nspname ~ '^pgswap' and relowner <> nspowner}),
    0, 'all is still its owner\'s');
$t->sql_as(writer => "insert into other.t values (1002, 'new')");
$t->exits($run->('second', 'revert', 'other.t'), 0, 'which that role reverts');
$t->exits($run->('second', 'abort', 'other.t'), 0, 'and aborts');
is($t->value('select count(*) from app.t where id = 1001') . $t->value('select count(*) from other.t where id in (1001, 1002)'), '12',
    'nothing written is lost');
$t->exits($run->('owner', 'finish', 'app.race'), 0, 'finish');
$t->exits($run->('second', 'finish', 'other.race'), 0, 'finish');
is($t->value(q{select count(*) from pg_namespace where nspname ~ '^pgswap_\d+_(blue|green)$'}), 0, 'no schema of a colour is left');
is($t->value(q{select count(*) from pg_trigger where tgname ~ '^pgswap'}), 0, 'no trigger is left');

# A planted state: what is in it is not run, whoever looks.
$t->sql('grant create on database shop to stranger');
$t->sql_as(stranger => $_) for split /;\n/, <<~'SQL';
    create schema pgswap_9;
    create function pgswap_9.evil() returns int language plpgsql as $$ begin execute 'create role evil'; return 3; end $$;
    create view pgswap_9.version as select pgswap_9.evil() as version, 0::bigint as last_migration;
    create view pgswap_9.migration as select pgswap_9.evil()::bigint as id;
    grant usage on schema pgswap_9 to public; grant select on all tables in schema pgswap_9 to public
    SQL
is($known->($super), 'app.race app.shared app.t other.race other.t', 'a superuser reads the states that are no trap');
is($t->value(q{select count(*) from pg_roles where rolname = 'evil'}), 0, 'nothing in the trap was run');

done_testing();
