# What hangs on a table is tried on the new one by the plan: what a new type does not suit is refused before
# anything is copied, all of it at once and by name, and what suits it is not refused.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Test;
use Test::More;

my $t = Pgswap::Test->start('rehearsal');
my @CHANGE = ('--alter', 'ALTER c TYPE app.b USING c::text::app.b', '--reverse-map', 'c=c::text::app.a');

# A table with a column that becomes another enum, and other tables and schemas around it.
sub scene
{
    my ($sql) = @_;
    $t->sql('drop schema if exists app, other cascade; create schema app authorization owner; create schema other authorization owner');
    $t->sql_as(owner => q{
        create type app.a as enum ('x', 'y'); create type app.b as enum ('y', 'x');
        create table app.t (id int primary key, c app.a not null, n int, unique (c, id));
        insert into app.t select g, 'x', g from generate_series(1, 20) g;
        create table app.o (id int primary key, c app.a);
        create table other.t (id int primary key, c app.a);
        create function app.touch() returns trigger language plpgsql as 'begin return new; end'} . ";$sql");
    return;
}

# plan and run refuse with all of these names and no others, and nothing is left.
sub refuses
{
    my ($name, $sql, @objects) = @_;
    scene($sql);
    my $before = $t->schema;
    my %said;
    for my $command ('plan', 'run')
    {
        my $run = $t->pgswap($command, 'app.t', @CHANGE);
        $t->exits($run, 4, "$name: $command");
        $said{$command} = join "\n", grep { !/^pgswap: plan/ } split /\n/, $run->{err};
        my @named = sort map { /^(?:pgswap: (?:detail|error: .* cannot be migrated): |\s*)(\w.*?): it cannot be recreated on the new table: \S/ } split /\n/, $t->reasons($run);
        is_deeply(\@named, [ sort @objects ], "$name: $command names all of it, and nothing else") or diag($run->{err});
        like($run->{err}, qr/^pgswap: hint: .*(?:both|the old and the new)/m, "$name: $command says what to do");
    }
    is($said{plan}, $said{run}, "$name: in the same words");
    is($t->schema, $before, "$name: nothing is changed");
    return;
}

sub goes
{
    my ($name, $sql) = @_;
    scene($sql);
    $t->exits($t->pgswap('plan', 'app.t', @CHANGE), 0, "$name: plan");
    $t->exits($t->pgswap('run', 'app.t', @CHANGE), 0, "$name: run");
    $t->exits($t->pgswap('finish', 'app.t'), 0, "$name: finish");
    return;
}

refuses('everything at once', q{
    create view app.v as select id from app.t where c = 'y';
    create policy p on app.t using (c <> 'y'); create policy q on app.t for insert with check (c < 'y');
    create trigger g before update on app.t for each row when (new.c = 'y') execute function app.touch();
    create rule r as on update to app.t where new.c = 'y' do also insert into app.o values (1);
    create function app.f() returns bigint begin atomic select count(*) from app.t where c = 'y'; end},
    'view app.v', 'policy p on app.t', 'policy q on app.t', 'the condition (WHEN) of trigger g on app.t', 'rule r on app.t', 'function f()');

refuses('a tower of views', q{
    create view app.low as select id, c from app.t; create view other.middle as select id, c from app.low;
    create view app.top as select id from other.middle where c = 'x';
    create view other.bystander as select id from other.t where c = 'x';
    alter view app.low alter column c set default 'x'::app.a}, 'view app.top', 'the default of column c of view app.low');

refuses('of other tables', q{
    create policy p on app.o using (exists (select from app.t where t.id = o.id and t.c = 'x'));
    create policy q on other.t using (exists (select from app.t x where x.id = t.id and x.c = 'x'));
    create rule r as on delete to app.o do also delete from app.t where t.c = 'x';
    create view other.v as select id, n from app.t;
    create rule s as on insert to other.v do instead insert into app.t values (new.id, 'x'::app.a)},
    'policy p on app.o', 'rule r on app.o', 'rule s on other.v', 'policy q on other.t');

refuses('foreign keys', q{
    create table app.child (id int, c app.a, constraint k foreign key (c, id) references app.t (c, id));
    create table app.parent (c app.a primary key); insert into app.parent values ('x');
    alter table app.t add constraint up foreign key (c) references app.parent, add constraint own foreign key (c, id) references app.t (c, id)},
    'foreign key k of app.child', 'foreign key up of app.t');

refuses('a function of that type', q{create function app.f(int) returns app.a begin atomic select c from app.t where id = $1; end}, 'function f(integer)');

# What names the type through the column only goes along; so does what hides behind another name.
goes('what suits the new type', q{
    create view app.v as select id, c, c::text = 'y' as is_y, t as whole from app.t; create view other.v2 as select v.c, v.is_y from app.v;
    create policy p on app.t using (c::text <> 'z'); create policy p on app.o using (exists (select from app.t where t.id = o.id));
    create trigger g before update of n on app.t for each row when (old.c is distinct from new.c) execute function app.touch();
    create rule r as on delete to other.t do also delete from app.t where t.id = old.id;
    create table app.child (id int references app.t);
    create function app.f(int) returns text begin atomic select c::text from app.t where id = $1; end;
    create function app.v(int) returns text begin atomic select c::text from app.t where id = $1; end});

# -- an error in the swap says which statement it was; what comes out otherwise than planned is no change of others
sub in_swap
{
    my ($body) = @_;
    scene('create view app.v as select id, n from app.t');
    $t->sql("create function public.meddle() returns event_trigger language plpgsql as 'begin $body end'");
    my $point = $t->hold('before-swap');
    my $run = $t->spawn('run', 'app.t', @CHANGE, '--pause-at', 'before-swap');
    $t->arrived($point, $run);
    $t->sql(q{create event trigger meddle on ddl_command_end when tag in ('CREATE VIEW') execute function public.meddle()});
    $t->let_go($point);
    $t->reap($run);
    $t->sql('drop event trigger meddle; drop function public.meddle()');
    return $run;
}

my $failed = in_swap(q{raise exception ''not today'';});
$t->exits($failed, 3, 'a statement of the exchange fails');
like($failed->{err}, qr/exchanging \S+: in "CREATE OR REPLACE VIEW app\.v AS  *SELECT [^"]*": not today/, 'and the object is named');
$t->exits($t->pgswap('run', 'app.t'), 0, 'it can be continued');
$t->exits($t->pgswap('finish', 'app.t'), 0, 'finished');

my $other = in_swap(q{alter view app.v set (security_barrier);});
$t->exits($other, 1, 'the outcome is not as planned: exit 1');
like($other->{err}, qr/did not come out as planned.*security_barrier.*please report this/s, 'with the difference, and whom to tell');
$t->exits($t->pgswap('run', 'app.t'), 0, 'it can be continued, too');

done_testing();
