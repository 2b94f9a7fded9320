# What run would refuse, plan refuses: with the same words and the same exit code, and it writes nothing.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Test;
use Test::More;

my $t = Pgswap::Test->start('plansays');
my @WIDEN = ('--alter', 'ALTER n TYPE bigint');

sub table
{
    my ($sql) = @_;
    $t->sql('drop schema if exists app cascade; create schema app authorization owner');
    $t->sql_as(owner => 'create table app.t (id int primary key, n int); insert into app.t select g, g from generate_series(1, 20) g; ' . ($sql // ''));
    return;
}

sub words
{
    my ($run) = @_;
    return join "\n", grep { /^pgswap: (?:error|detail|hint)|^ / } split /\n/, $run->{err};
}

# plan first, then run: the same words. how: code, say, and what comes before the command (user).
sub alike
{
    my ($name, $code, $say, @line) = @_;
    my ($plan, $run) = map { $t->pgswap($_, @line) } 'plan', 'run';
    $t->exits($plan, $code, "$name: plan");
    $t->exits($run, $code, "$name: run");
    like($plan->{err}, $say, "$name: plan says why");
    is(words($plan), words($run), "$name: in the same words");
    is($plan->{out}, '', "$name: and plan prints no plan");
    return;
}

table();
my @lossy = ('app.t', '--alter', 'ALTER n TYPE bigint USING n * 2');
alike('no way back', 4, qr/no way back.*--reverse-map/s, @lossy);
$t->is_bare('no way back: nothing is left');
like($t->pgswap('plan', @lossy, '--no-revert')->{out}, qr/^No way back after the swap: column n/m, 'no way back: plan with --no-revert says so');
$t->exits($t->pgswap('plan', @lossy, '--reverse-map', 'n=n / 2'), 0, 'no way back: --reverse-map');
alike('nothing said', 1, qr/no change was given/, 'app.t');

# -- rights
$t->sql('revoke create on database shop from owner');
alike('no right to create schemas', 4, qr/may not create schemas.*GRANT CREATE ON DATABASE shop TO owner/s, 'app.t', @WIDEN);
$t->sql('grant create on database shop to owner; revoke create on schema app from owner; alter schema app owner to postgres; grant usage on schema app to owner');
alike('no right to create tables where it stands', 4, qr/may not create tables in schema app/, 'app.t', @WIDEN);
$t->sql('alter schema app owner to owner; grant create on schema app to owner; create schema pgswap');
$t->exits($t->pgswap('plan', 'app.t', @WIDEN), 0, 'schema pgswap of somebody else: the state gets another name');
$t->sql('drop schema pgswap');
$t->sql('create role guest login noinherit; grant owner to guest; grant create on database shop to guest; grant usage on schema app to guest');
my @guest = ({ user => 'guest' }, 'app.t', @WIDEN);
alike('a member that does not inherit', 4, qr/guest is not owner.*^pgswap: hint: .*PGOPTIONS='-c role=owner'/ms, @guest);
$guest[0]{env}{PGOPTIONS} = '-c role=owner';
$t->exits($t->pgswap('plan', @guest), 0, 'a member that does not inherit: the hint helps');
$t->sql('create table app.parted (id int primary key) partition by list (id); alter table app.parted owner to owner');
alike('a partitioned table', 4, qr/^pgswap: error: app\.parted cannot be migrated: it is a partitioned table\npgswap: detail: [^\n]*\npgswap: hint: [^\n]*\n\z/, 'app.parted', '--alter', 'ALTER id TYPE bigint');

# -- what is under way
my $point = $t->hold('chunk-read');
my $first = $t->spawn('run', 'app.t', @WIDEN, '--pause-at', 'chunk-read');
$t->arrived($point, $first);
alike('another pgswap works on it', 8, qr/another pgswap works on/, 'app.t', @WIDEN);
$t->kill_run($first, 'KILL');
$t->let_go($point);
$t->wait_until('the first run is gone', sub { !$t->value(q{select count(*) from pg_locks where locktype = 'advisory' and classid = 7473725}) });
alike('another change', 4, qr/another change of app\.t is under way.*phase copy/s, 'app.t', '--alter', 'ALTER n TYPE numeric');
alike('another change: a rewrite', 4, qr/another change of app\.t is under way/, 'app.t', '--force-rewrite');
$t->sql('update pgswap.version set version = version + 1');
alike('the state of another version', 4, qr/schema pgswap is of another version/, 'app.t', @WIDEN);
$t->sql('update pgswap.version set version = version - 1');

for my $line ([@WIDEN], [])
{
    my $plan = $t->pgswap('plan', 'app.t', @$line);
    $t->exits($plan, 0, "the same change (@$line): plan");
    like($plan->{out}, qr/under way, in phase copy: "pgswap run" continues it/, "the same change (@$line): what run would do");
}
my $json = $t->json($t->pgswap('plan', '--json', 'app.t', @WIDEN));
is($json->{phase}, 'copy', 'the same change, as JSON: phase');
ok($json->{continues}, 'the same change, as JSON: continues');
is($t->value('select epoch from pgswap.lease'), 1, 'plan has taken nothing over');

$t->exits($t->pgswap('pause', 'app.t'), 0, 'pause');
alike('paused', 11, qr/is paused/, 'app.t', @WIDEN);
$t->exits($t->pgswap('continue', 'app.t'), 0, 'continue');
$t->sql_as(owner => 'alter table app.t rename to u');
alike('renamed', 10, qr/was renamed to/, 'app.u', @WIDEN);
$t->sql_as(owner => 'alter table app.u rename to t');
$t->exits($t->pgswap('run', 'app.t'), 0, 'run continues it');
$t->exits($t->pgswap('finish', 'app.t'), 0, 'finish');

# -- what the plan tells
table(q{
    alter table app.t add twice int generated always as (id * 2) stored, add gone text, add "Old Name" int, add words tsvector;
    create function app.f() returns trigger language plpgsql as 'begin new.gone := 1; return new; end';
    create function app.g() returns trigger language plpgsql as 'begin new.gone_by := new."Old Name"; return new; end';
    create trigger plain before insert on app.t for each row when (new.id < 0) execute function app.f();
    create trigger named before insert on app.t for each row when (new.id < 0) execute function app.g();
    create trigger args before insert on app.t for each row execute function tsvector_update_trigger(words, 'pg_catalog.simple', gone)});
my $plan = $t->pgswap('plan', 'app.t', '--alter', 'ALTER n TYPE bigint, DROP gone', '--alter', 'RENAME "Old Name" TO new_name');
$t->exits($plan, 0, 'columns: plan');
my ($columns) = $plan->{out} =~ /^Columns\n(.*?)\n\n/ms;
unlike($columns // 'twice', qr/twice/, 'a generated column that stays as it is, is not listed');
like($columns, qr/^  3 columns are unchanged/m, 'but counted');
my @warned = sort map { /^\s+(.*? of trigger \w+ on the table may name column .*?):/ } split /\n/, $plan->{out};
is_deeply(\@warned, [
    'an argument of trigger args on the table may name column gone, which the change drops',
    'function app.f() of trigger plain on the table may name column gone, which the change drops',
    'function app.g() of trigger named on the table may name column "Old Name", which the change renames to new_name' ],
    'triggers that name dropped and renamed columns') or diag($plan->{out});

# -- a table that many refer to: numbers, and the lists when asked for
table(join '; ', map { "create table app.c$_ (id int primary key, a int references app.t, b int references app.t)" } 1 .. 30);
my $short = $t->pgswap('plan', 'app.t', @WIDEN);
my $long = $t->pgswap('plan', 'app.t', @WIDEN, '--verbose');
$t->exits($_, 0, 'a hub: plan') for $short, $long;
like($short->{out}, qr/^Other tables and views that the swap locks.*\n  30 \(--verbose lists them\)\n\n^Done in the swap.*\n  60 \(/m, 'a hub: how many of each');
unlike($short->{out}, qr/app\.c17/, 'a hub: they are not listed');
like($long->{out}, qr/^  app\.c$_$/m, "a hub, --verbose: app.c$_ is locked") for 1, 17, 30;
like($long->{out}, qr/^  ALTER TABLE app\.c17 DROP CONSTRAINT c17_a_fkey, DROP CONSTRAINT c17_b_fkey$/m, 'a hub, --verbose: the keys of a table go in one statement');
$json = $t->json($t->pgswap('plan', '--json', 'app.t', @WIDEN));
is(scalar @{ $json->{in_swap} }, 60, 'a hub, as JSON: all are listed');
my ($ms) = $short->{out} =~ /^  lock of the swap +about (\d+) ms/m;
is($json->{swap_expected_seconds} * 1000, $ms, 'a hub: what the swap may take under the lock');
unlike($short->{out}, qr/--max-lock-hold/, 'a hub: that fits');
my $run = $t->pgswap('run', 'app.t', @WIDEN, '--until=ready', '--max-lock-hold', $ms - 1 . 'ms');
$t->exits($run, 0, 'a hub, run with less');
like($run->{err}, qr/--max-lock-hold/, 'a hub, run with less: it is said');
$t->exits($t->pgswap('abort', 'app.t'), 0, 'a hub: abort');

done_testing();
