# A thousand failed attempts to swap leave no growth: neither the program's memory, nor the catalogs, nor
# our own tables but for the record of the attempts; and the migration is in sync after them.  Once with a
# lock that is not to be had, once with a lock that is missing in the middle of the exchange, under an
# autovacuum.  Measured on a build without sanitizers: $ENV{PGSWAP_PLAIN}, else build/pgswap of this tree.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Clients;
use Pgswap::Test;
use Test::More;
use Time::HiRes qw(sleep time);

my $program = $ENV{PGSWAP_PLAIN} // Pgswap::Test::tree() . '/build/pgswap';
BAIL_OUT('there is no build without sanitizers: run make') unless -x $program;
$Pgswap::Test::PROGRAM = $program;
my $t = Pgswap::Test->start('attempts', autovacuum_naptime => '1s', autovacuum_vacuum_cost_delay => 0);
my $ATTEMPTS = $ENV{PGSWAP_ATTEMPTS} // 1000;

sub resident
{
    my ($run) = @_;
    open my $file, '<', "/proc/$run->{pid}/status" or return 0;
    return (join('', <$file>) =~ /^VmRSS:\s+(\d+) kB/m)[0] // 0;
}

sub attempts { return $t->value(q{select count(*) from pgswap.event where kind = 'swap attempt'}) }

sub sizes
{
    my ($run, $before) = @_;
    return {
        attempts => attempts() - $before,
        memory => resident($run),
        relations => $t->value('select count(*) from pg_class'),
        catalogs => $t->value(q{select (sum(pg_total_relation_size(oid)) / 1024)::int from pg_class where relnamespace = 'pg_catalog'::regnamespace and relkind = 'r'}),
        ours => $t->value(q{select (sum(pg_total_relation_size(oid)) / 1024)::int from pg_class where relnamespace = 'pgswap'::regnamespace and relkind = 'r'}),
    };
}

# Runs a swap until it has failed so often, under an application that writes; compares its first tenth
# with its end (kB).
sub fails
{
    my ($name, $options, $limits) = @_;
    my $clients = Pgswap::Clients->start($t, <<~'SQL', '-c', 2, '-R', 50);
        \set id random(1, 1000)
        update app.t set n = n + 1 where id = :id;
        SQL
    my $before = attempts();
    my $run = $t->spawn('swap', 'app.t', '--retry-pause', '5ms', '--blocker-age', '1h', '--swap-deadline', '1h', @$options);
    my ($first, $last);
    my $until = time() + 1200;
    while ($t->lives($run) && time() < $until)
    {
        $last = sizes($run, $before);
        $first //= $last if $last->{attempts} >= $ATTEMPTS / 10;
        last if $last->{attempts} >= $ATTEMPTS;
        sleep 0.2;
    }
    $t->exits($t->kill_run($run, 'TERM'), 7, "$name: stopped on request");
    $clients->ended($name);
    diag(sprintf "$name: %s", join ', ', map { "$_ $first->{$_} -> $last->{$_}" } sort keys %$last);
    cmp_ok($last->{attempts}, '>=', $ATTEMPTS, "$name: so many failed");
    cmp_ok($last->{memory} - $first->{memory}, '<', $limits->{memory}, "$name: memory");
    is($last->{relations}, $first->{relations}, "$name: relations");
    cmp_ok($last->{catalogs} - $first->{catalogs}, '<', $limits->{catalogs}, "$name: catalogs");
    cmp_ok($last->{ours} - $first->{ours}, '<', $limits->{ours} + $last->{attempts} * 0.3, "$name: our tables, but for the record");
    is($t->status('app.t')->{phase}, 'ready', "$name: ready");
    $t->exits($t->pgswap('verify', 'app.t'), 0, "$name: in sync");
    return;
}

$t->sql_as(owner => 'create table app.t (id int primary key, n int, note text); create table app.c (id int primary key, t_id int references app.t);
    insert into app.t select i, 0, i from generate_series(1, 1000) i; insert into app.c select i, i from generate_series(1, 100) i;
    create view app.v as select * from app.t; grant all on app.t to writer');
$t->sql('vacuum analyze');
$t->exits($t->pgswap('run', 'app.t', '--alter', 'ALTER COLUMN id TYPE bigint', '--until=ready'), 0, 'ready');

my $reader = $t->connect(user => 'writer');
$reader->do($_) for 'begin', 'select 1 from app.t limit 1';
fails('a lock that is not to be had', [ '--lock-timeout', '2ms' ], { memory => 512, catalogs => 512, ours => 2048 });
$reader->disconnect;
# in the middle of the exchange, when a table is moved between schemas
$t->sql(q{create function app.fail() returns event_trigger language plpgsql as $$ begin raise 'not now' using errcode = 'lock_not_available'; end $$;
    create event trigger fail on ddl_command_end when tag in ('ALTER TABLE') execute function app.fail()});
fails('an exchange that is not to be had', [], { memory => 512, catalogs => 8192, ours => 2048 });
$t->sql('drop event trigger fail; drop function app.fail');

$t->exits($t->pgswap('swap', 'app.t'), 0, 'then it swaps');
$t->exits($t->pgswap('finish', 'app.t'), 0, 'finish');
$t->is_clean('nothing is left');

done_testing();
