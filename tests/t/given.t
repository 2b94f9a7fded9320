# Roles change while a migration is under way: the table is given to another role, the role is renamed, its belongings are
# reassigned or dropped. Whoever may can end it; whoever may not is told who can; and never is it "no migration" with
# our triggers on the table.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Test;
use Test::More;

my $t = Pgswap::Test->start('given');
my @widen = ('--alter', 'ALTER COLUMN id TYPE bigint');
my $super = $t->value('select current_user');
$t->sql($_) for split /;\n/, <<~'SQL';
    create role second login;
    create role "Both" login in role owner, second;
    create role stranger login;
    create role guest login noinherit in role owner;
    create role crew;
    create role anna login in role crew;
    create role bert login in role crew;
    create role dba login;
    alter database shop owner to dba;
    grant create on database shop to owner, anna, crew;
    create schema dock authorization crew;
    grant usage on schema app to public
    SQL

sub by { my ($user, @line) = @_; return $t->pgswap(shift @line, { user => $user }, @line) }
sub triggers { return $t->value("select count(*) from pg_trigger where tgrelid = '$_[0]'::regclass and tgname like 'pgswap%'") }
sub stays { my ($run, $code, $table, $what, @named) = @_; $t->exits($run, $code, $what); is(triggers($table), 4, '  the triggers stay'); named($run, @named); return }
sub named { my ($run, @named) = @_; like($run->{err}, qr/(?<!\w)$_\b/, "  $_ is named") or diag($run->{err}) for @named; return }
sub ended { my ($table) = @_; return is(triggers($table), 0, "$table has no trigger") }
sub begun
{
    my ($name, $owner, @goal) = @_;
    $t->sql_as($owner, "create table $name (id int primary key, v text); insert into $name select g, 'v' from generate_series(1, 50) g");
    $t->exits($t->pgswap('run', { user => $owner }, $name, @widen, @goal), 0, "$name: run by $owner");
    return;
}

# Before the swap: the new owner cannot see the state, the old one may not touch the table.
begun('app.t', 'owner', '--until=ready');
$t->sql('alter table app.t owner to second');
stays(by(second => 'plan', 'app.t', @widen), 4, 'app.t', 'plan by the new owner', 'owner');
stays(by(second => 'run', 'app.t', @widen), 4, 'app.t', 'run by the new owner', 'owner');
stays(by(second => 'status', 'app.t'), 4, 'app.t', 'status by the new owner', 'owner');
stays(by(stranger => 'abort', 'app.t'), 4, 'app.t', 'abort by a role without rights', 'owner');
stays(by(owner => 'abort', 'app.t'), 4, 'app.t', 'abort by the old owner', 'second');
stays(by($super => 'run', 'app.t', @widen), 10, 'app.t', 'run by a superuser', 'second');
stays(by($super => 'swap', 'app.t'), 10, 'app.t', 'swap by a superuser', 'second');
my $abort = by(second => 'abort', 'app.t');
$t->exits($abort, 4, 'abort by the new owner frees the table');
named($abort, 'owner');
ended('app.t');
$t->exits(by(second => 'abort', 'app.t'), 0, 'the new owner has no more to do');
named($abort = by($super => 'abort', 'app.t'), '-c role=owner');
$t->exits($abort, 10, 'a row that no trigger proves is not believed');
$t->exits(by(owner => 'abort', 'app.t'), 0, 'the old owner removes the rest');

begun('app.u', 'owner', '--until=ready');
$t->sql('alter table app.u owner to second');
$t->exits(by($super => 'abort', 'app.u'), 0, 'abort by a superuser');
ended('app.u');
begun('app.v', 'owner', '--until=ready');
$t->sql('alter table app.v owner to second');
$t->exits(by(Both => 'abort', 'app.v'), 0, 'abort by a member of both roles');
ended('app.v');

# After it.
begun('app.w', 'owner');
$t->sql('alter table app.w owner to second');
stays(by(second => 'abort', 'app.w'), 4, 'app.w', 'abort by the new owner after the swap', 'finish');
stays(by(owner => 'finish', 'app.w'), 4, 'app.w', 'finish by the old owner', 'second');
$t->exits(by(second => 'finish', 'app.w'), 4, 'finish by the new owner frees the table');
ended('app.w');
$t->exits(by(owner => 'finish', 'app.w'), 0, 'the old owner removes the rest');
begun('app.x', 'owner');
$t->sql('alter table app.x owner to second');
$t->exits(by($super => 'finish', 'app.x'), 0, 'finish by a superuser');
ended('app.x');
is($t->value(q{select count(*) from pg_namespace where nspname ~ '^pgswap_\d+_'}), 0, 'nothing is left of any of them');

# Before the first trigger: nothing but the owner of the row proves it.
my $writer = $t->connect;
$t->sql_as(owner => 'create table app.early (id int primary key)');
$writer->begin_work;
$writer->do('insert into app.early values (1)');
my $run = $t->spawn('run', 'app.early', @widen, '--blocker-age=1ms');
$t->wait_until('the run waits for the writer', sub { $t->value(q{select count(*) from pgswap.migration where waiting_for is not null and table_name = 'early'}) });
$t->kill_run($run, 'KILL');
$writer->rollback;
$writer->disconnect;
$t->sql('alter table app.early owner to second');
$t->exits(by($super => 'abort', 'app.early'), 10, 'abort of a migration without triggers by a superuser');
$t->exits(by(second => 'abort', 'app.early'), 0, 'for its new owner there is nothing');
$t->exits($t->pgswap('abort', { user => $super, env => { PGOPTIONS => '-c role=owner' } }, 'app.early'), 0, 'with the rights of the old one alone');

# Whoever owns the state owns the table again, or has become another name.
$t->sql($_) for 'create role old login', 'create role new login', 'grant create on database shop to old', 'create schema yard authorization old';
$t->sql($_) for 'grant create on database shop to new', 'create schema hall authorization new';
begun('hall.t', 'new', '--until=ready');
begun('yard.t', 'old', '--until=ready');
$t->sql('reassign owned by old to new');
$t->exits(by(new => 'abort', 'yard.t'), 0, 'abort after REASSIGN OWNED, with two states');
ended('yard.t');
$t->exits(by(new => $_, 'hall.t'), 0, "$_ of the one that was the new owner's before") for qw(swap finish);
begun('yard.u', 'new', '--until=ready');
$t->sql('alter role new rename to "New Er"');
$t->exits(by('New Er' => 'abort', 'yard.u'), 0, 'abort after the role was renamed');
ended('yard.u');
begun('yard.v', 'New Er', '--until=ready');
named(by(stranger => 'abort', 'yard.v'), 'New Er');
$t->sql('grant "New Er" to guest');
named(by(guest => 'abort', 'yard.v'), '-c role=New..Er');
$t->sql($_) for 'alter table yard.v owner to second', 'drop owned by "New Er" cascade';
is($t->value(q{select count(*) from pg_trigger where tgname like 'pgswap%'}), 0, 'the triggers go with what they call');

# While it runs; and given back.
$t->sql_as(owner => "create table app.busy (id int primary key); insert into app.busy select generate_series(1, 50)");
my $point = $t->hold('copy-done');
$run = $t->spawn('run', 'app.busy', @widen, '--pause-at=copy-done');
$t->arrived($point, $run);
$t->sql('alter table app.busy owner to second');
stays(by(second => 'abort', 'app.busy'), 8, 'app.busy', 'abort by the new owner while the old one\'s run lives', 'owner');
$t->let_go($point);
stays($t->reap($run), 10, 'app.busy', 'that run ends', 'owner');
$t->sql('alter table app.busy owner to owner');
$t->exits(by(owner => 'run', 'app.busy', @widen), 0, 'it goes on when that was undone');
my $holder = $t->connect(user => undef);
$t->sql('alter table app.busy owner to second');
$holder->do(q{select pg_advisory_lock(7473725, blue::bigint::bit(32)::int) from pgswap.pair order by migration desc limit 1});
stays(by(second => 'finish', 'app.busy'), 8, 'app.busy', 'finish by the new owner beside one that follows', 'process');
$holder->disconnect;
$t->exits(by(second => 'finish', 'app.busy'), 4, 'then it frees the table');
ended('app.busy');
$t->exits(by(owner => 'finish', 'app.busy'), 0, 'and the old owner removes the rest');

# A superuser for a role that may not make a schema.
$t->sql($_) for 'create role cabin login', 'create schema cabin authorization cabin';
$t->sql_as(cabin => 'create table cabin.t (id int primary key)');
my $refused = by(cabin => 'plan', 'cabin.t', @widen);
$t->exits($refused, 4, 'a role that may not make a schema');
named($refused, 'GRANT CREATE ON DATABASE shop TO cabin');
$t->exits(by($super => 'run', 'cabin.t', @widen), 0, 'a superuser runs for it');
$t->exits(by(cabin => 'finish', 'cabin.t'), 0, 'it finishes itself');

# A group, a member of it that does not inherit, the owner of the database.
begun('dock.t', 'anna', '--until=ready');
$t->sql('alter table dock.t owner to crew');
stays(by(bert => 'run', 'dock.t', @widen), 4, 'dock.t', 'run by another member of the group', 'anna');
$t->exits(by(anna => 'abort', 'dock.t'), 0, 'abort by who has the rights of both');
$t->exits(by(bert => 'run', 'dock.t', @widen), 0, 'then the other one may');
$t->exits(by(anna => 'finish', 'dock.t'), 0, 'and it is the whole group\'s');
$t->sql_as(owner => 'create table app.guest (id int primary key)');
my $plan = by(guest => 'plan', 'app.guest', @widen);
$t->exits($plan, 4, 'plan by a member that does not inherit');
named($plan, '-c role=owner');
my %as_owner = (user => 'guest', env => { PGOPTIONS => '-c role=owner' });
$t->exits($t->pgswap('run', {%as_owner}, 'app.guest', @widen), 0, 'run with that');
$t->exits($t->pgswap('status', {%as_owner}, 'app.guest'), 0, 'status with it');
named(by(guest => 'finish', 'app.guest'), '-c role=owner');
$t->exits($t->pgswap('finish', {%as_owner}, 'app.guest'), 0, 'finish with it');
begun('app.lost', 'owner', '--until=ready');
if ($t->can_know('set_option', 'a member that may not become the role'))
{
    $t->sql($_) for 'create role unset login', 'grant owner to unset with inherit true, set false';
    my $run = by(unset => 'run', 'app.guest', @widen);
    $t->exits($run, 4, 'run by a member that may not become the owner');
    named($run, 'WITH SET TRUE');
}
stays(by(dba => 'abort', 'app.lost'), 4, 'app.lost', 'the database\'s owner has no right on it', 'owner');
$t->sql_as(dba => 'create schema deck create table t (id int primary key)');
$t->exits(by(dba => $_, 'deck.t', $_ eq 'run' ? @widen : ()), 0, "the database's owner: $_") for qw(run finish);

# Its state was lost.
$t->sql(q{delete from pgswap.migration where table_name = 'lost'});
stays(by(owner => 'run', 'app.lost', @widen), 10, 'app.lost', 'run of a table with triggers of nobody knows what', 'abort');
$abort = by(owner => 'abort', 'app.lost');
isnt($abort->{exit}, 0, 'abort says that there is more');
named($abort, 'pgswap_\d+_green');
ended('app.lost');
done_testing();
