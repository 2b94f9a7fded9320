# Somebody rewrites live or standby while a transaction of ours has a snapshot and has not read the table yet.
# A rewrite that gives rows another xmin (SET UNLOGGED, SET LOGGED, REPACK (CONCURRENTLY)) shows such a snapshot
# an empty table: rows would be lost, and the keys that would bring them back with them.  So each transaction of
# ours takes its locks before its snapshot, and the rewrite waits.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use DBD::Pg qw(:async);
use Pgswap::Mirror;
use Pgswap::Test;
use Test::More;

my $t = Pgswap::Test->start('rewrite', allow_in_place_tablespaces => 'on');
my $version = $t->value(q{select current_setting('server_version_num')::int / 10000});
my @ALTER = ('--alter', 'ALTER COLUMN id TYPE bigint');
my $m = Pgswap::Mirror->new($t, swapped => [ 'id', 'bigint' ],
    setup => q{create table app.t (id int primary key, n int, note text);
        insert into app.t select i, i, 'note ' || i from generate_series(1, 4000) i;
        alter table app.t cluster on t_pkey});
my $writer = $m->session;

$t->sql(q{create tablespace other location ''});
$t->sql('create access method heap2 type table handler heap_tableam_handler');

# name => statements; %T is the table, all of them leave its description as it was
my @REWRITES = (
    [ 'SET UNLOGGED and LOGGED', 'alter table %T set unlogged; alter table %T set logged' ],
    [ 'VACUUM FULL', 'vacuum full %T' ],
    [ 'CLUSTER', 'cluster %T' ],
    [ 'SET TABLESPACE there and back', 'alter table %T set tablespace other; alter table %T set tablespace pg_default' ],
    ($version >= 15
        ? [ 'SET ACCESS METHOD there and back', 'alter table %T set access method heap2; alter table %T set access method heap' ]
        : ()),
    ($version >= 19 ? ([ 'REPACK', 'repack %T' ], [ 'REPACK (CONCURRENTLY)', 'repack (concurrently) %T' ]) : ()),
);

# The run stands at the point; the table is rewritten, which has to wait; the run goes on to its end.
sub rewritten
{
    my ($name, $table, $rewrite, $point, $run) = @_;
    my $other = $t->connect(user => undef);
    my $waited;
    $other->do('set lock_timeout = 0');
    $t->arrived($point, $run);
    $t->async($other, $rewrite =~ s/%T/$table/gr);
    $t->wait_until('the rewrite waits, or is done', sub {
        $waited = $t->value("select count(*) from pg_locks where not granted and pid = $other->{pg_pid}");
        return $waited || $other->pg_ready;
    });
    ok($waited, "$name: waits for the transaction that reads the table");
    $t->let_go($point);
    $t->exits($t->reap($run), 0, $name);
    $t->done($other);
    $other->disconnect;
    return;
}

sub stand_at
{
    my ($place, @line) = @_;
    my $point = $t->hold($place);
    return ($point, $t->spawn(@line, '--pause-at', $place));
}

sub ready
{
    $m->make();
    $t->exits($t->pgswap('run', 'app.t', @ALTER, '--until=ready'), 0, 'ready');
    return;
}

my $CHANGES = q{update %T set n = n + 100000 where id <= 300; delete from %T where id between 301 and 320;
    insert into %T select i, i, 'new' from generate_series(5001, 5020) i};

# -- each statement, against the apply of a swap, alone and beside an application that writes both tables
for my $case (@REWRITES)
{
    for my $way ([ 'apply-read', '--dual-write=off' ], ['dual-gone'])
    {
        my ($what, $sql) = @$case;
        my ($place, @options) = @$way;
        ready();
        $m->both($CHANGES);
        rewritten("live: $what, swap, $place", 'app.t', $sql, stand_at($place, 'swap', 'app.t', @options));
        $m->equal("live: $what, swap, $place", 'app.t', $m->standby);
        $t->exits($t->pgswap('finish', 'app.t'), 0, 'finish');
    }
}

# -- each caller, against the statement that is worst
my $WORST = $REWRITES[0][1];
for my $place ('snapshot-begun', 'apply-read')
{
    for my $side ('live', 'standby')
    {
        my $name = "$side, $place";
        my $table = sub { $side eq 'live' ? 'app.t' : $m->standby };

        ready();
        $m->both($CHANGES);
        rewritten("$name, catch-up", $table->(), $WORST,
            stand_at($place, 'verify', 'app.t', '--drain-keys', 1));
        $m->equal("$name, catch-up", $m->standby);

        $m->both('update %T set n = n + 7 where id between 1000 and 1100');
        rewritten("$name, swap", $table->(), $WORST, stand_at($place, 'swap', 'app.t', '--dual-write=off'));
        $m->equal("$name, swap", 'app.t', $m->standby);

        $m->both('update %T set n = n + 7 where id between 2000 and 2100; delete from %T where id = 2200');
        rewritten("$name, follow", $table->(), $WORST,
            stand_at($place, 'follow', 'app.t', '--follow', '8s'));
        $m->equal("$name, follow", 'app.t', $m->standby);

        $m->both('update %T set n = n + 7 where id between 3000 and 3100; delete from %T where id = 3200');
        rewritten("$name, revert", $table->(), $WORST, stand_at($place, 'revert', 'app.t', '--dual-write=off'));
        $m->equal("$name, revert", 'app.t', $m->standby);

        $m->both('update %T set n = n + 7 where id between 3300 and 3400; delete from %T where id = 3500');
        rewritten("$name, swap again", $table->(), $WORST, stand_at($place, 'swap', 'app.t', '--dual-write=off'));
        $m->equal("$name, swap again", 'app.t', $m->standby);
        $t->exits($t->pgswap('finish', 'app.t'), 0, 'finish');
    }
}

# -- the purge before the indexes: standby only is read
$m->make();
my ($point, $run) = stand_at('copy-done', 'run', 'app.t', @ALTER);
$t->arrived($point, $run);
$m->both($CHANGES);
$t->kill_run($run, 'KILL');
$t->let_go($point);
rewritten('purge', $m->standby, $WORST, stand_at('snapshot-begun', 'run', 'app.t', '--until=ready', '--drain-keys', 1));
$m->equal('purge', $m->standby);

# -- the comparison
for my $table ('app.t', $m->standby)
{
    rewritten("comparison of $table", $table, $WORST, stand_at('parity-begun', 'verify', 'app.t'));
    is($t->status('app.t')->{parity}{state}, 'clean', "comparison of $table: clean");
}

# -- the search for a row that does not fit
$t->exits($t->pgswap('abort', 'app.t'), 0, 'abort');
$m->make();
$t->exits($t->pgswap('run', 'app.t', '--alter', 'ALTER COLUMN n TYPE smallint', '--until=ready'), 0, 'smallint: ready');
$writer->do('update app.t set n = case id when 3999 then 70000 else 1 end where id > 3900');
my $search = $t->hold('search-begun');
$run = $t->spawn('verify', 'app.t', '--pause-at', 'search-begun', '--drain-keys', 1);
my $other = $t->connect(user => undef);
$t->arrived($search, $run);
$t->async($other, $WORST =~ s/%T/app.t/gr);
$t->blocked($other);
$t->let_go($search);
$t->exits($t->reap($run), 3, 'search for the row');
$t->done($other);
like($run->{err}, qr/key \(id\)=\(3999\)/, 'the row is named');
$writer->do('update app.t set n = 1 where id = 3999');
$t->exits($t->pgswap('abort', 'app.t'), 0, 'abort');

# -- a chunk of the copy: the rewrite comes after it, and the copy begins again
$m->make();
rewritten('copy', 'app.t', $WORST, stand_at('chunk-read', 'run', 'app.t', @ALTER, '--jobs', 1));
$m->equal('copy');

# -- another table takes live's name between two transactions
$t->exits($t->pgswap('finish', 'app.t'), 0, 'finish');
ready();
$m->both($CHANGES);
my $between = $t->hold('round-applied');
$run = $t->spawn('verify', 'app.t', '--drain-keys', 1, '--pause-at', 'round-applied');
$t->arrived($between, $run);
$t->sql_as(owner => 'alter table app.t rename to old; create table app.t (like app.old including all);
    insert into app.t select * from app.old where id < 100');
$t->let_go($between);
$t->exits($t->reap($run), 10, 'another table has the name of live');
is($t->value('select count(*) from app.old'), $t->value('select count(*) from mirror.t'), 'no row is lost');

done_testing();
