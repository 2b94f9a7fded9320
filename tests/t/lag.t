# Replicas that lag, vanish or say nothing hold work up, from before the first chunk on; slots that retain WAL.
# With a real standby server whose replay is paused, delayed and cut.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Cases;
use Pgswap::Test;
use PostgreSQL::Test::Cluster;
use Test::More;

my $t = Pgswap::Test->start('lag', wal_level => 'replica', max_wal_senders => 5, max_replication_slots => 5,
    autovacuum => 'off', checkpoint_timeout => '1h');
my @PLAN = ('--alter', 'ALTER COLUMN n TYPE bigint');
my @ALTER = (@PLAN, '--jobs', 1, '--chunk-blocks', 2);
my $LAG = '--max-lag=500ms';

sub section { return Pgswap::Cases::run($t, @_) }

sub make
{
    $t->sql('drop table if exists app.t');
    $t->sql_as(owner => 'create table app.t (id int primary key, n int, note text);'
        . q(insert into app.t select i, i, repeat('x', 150) from generate_series(1, 3000) i));
    return;
}

sub said { return $t->said(@_) }

sub waits_for { return $t->waits_for(@_) }

sub chunks { return $t->value('select count(*) from pgswap.chunk') }

sub ends_ready
{
    my ($run, $what) = @_;
    $t->exits($t->reap($run), 0, "$what: it goes on");
    $t->exits($t->pgswap('abort', 'app.t'), 0, "$what: abort");
    return;
}

# The standby server: of a copy of the files, for which any release needs no other program.
my $standby = PostgreSQL::Test::Cluster->new('standby');
$t->{admin}->disconnect;
$t->node->stop;
$t->node->backup_fs_cold('base');
$t->node->start;
$t->{admin} = $t->connect(user => undef);
$standby->init_from_backup($t->node, 'base');
$standby->append_conf('postgresql.conf', "$_\n")
    for 'primary_conninfo = ' . "'" . $t->node->connstr . " application_name=far'", 'hot_standby = on', 'wal_receiver_status_interval = 1s', 'wal_retrieve_retry_interval = 100ms';
$standby->set_standby_mode;
$standby->start;

sub connected
{
    my ($name) = @_;
    return $t->wait_until("$name replays", sub {
        $t->value("select count(*) from pg_stat_replication where application_name = '$name' and state = 'streaming' and replay_lsn = pg_current_wal_lsn()") });
}

sub lagging
{
    my ($by) = @_;
    $t->sql('create table app.noise as select 1; drop table app.noise');
    return $t->wait_until('the server sees lag', sub {
        $t->value(q{select coalesce(max(replay_lag) > '} . ($by // '600ms') . q{', false) from pg_stat_replication}) });
}
sub replay { my ($what) = @_; $standby->safe_psql('postgres', "select pg_wal_replay_$what()"); return }

connected('far');

section 'not seen' => sub {
    make();
    my $run = $t->pgswap('plan', 'app.t', @PLAN, $LAG);
    $t->exits($run, 4, 'a role that cannot see lag');
    like($run->{err}, qr/cannot see the lag.*GRANT pg_read_all_stats/s, '… is told what to do');
    $run = $t->pgswap('run', 'app.t', @ALTER, $LAG);
    $t->exits($run, 4, 'run');
    $t->is_bare('nothing was begun');
    $run = $t->pgswap('run', 'app.t', @ALTER, '--until=ready');
    $t->exits($run, 0, 'by default it goes on');
    like($run->{err}, qr/warning: replicas are connected.*cannot see/, '… and says so');
    is(scalar(() = $run->{err} =~ /cannot see how far/g), 1, '… once');
    $t->exits($t->pgswap('abort', 'app.t'), 0, 'abort');
};

$t->sql('grant pg_read_all_stats to owner');

section 'before the first chunk' => sub {
    make();
    connected('far');
    replay('pause');
    lagging();
    my $run = $t->spawn('run', 'app.t', @ALTER, '--until=ready', $LAG);
    waits_for($run, qr/replica "far", which is .* behind/, 'it waits for the replica');
    is(chunks(), 0, 'no chunk was copied');
    my $status = $t->status('app.t');
    is($status->{phase}, 'copy', 'status: it copies');
    like($status->{waiting_for}, qr/replica "far"/, 'status: it waits for the replica');
    like(said($run), qr/waiting for replica "far", .*\(--max-lag\)/, 'people are told');
    replay('resume');
    $t->exits($t->reap($run), 0, 'it goes on');
    $status = $t->status('app.t');
    is($status->{waiting_for}, undef, 'status: it waits no more');
    cmp_ok($status->{throttled}{by_signal}{lag}, '>', 0, 'status: for how long it did');
    my @events = map { $_->[0] } @{ $t->rows(q{select detail->>'waiting_for' is not null from pgswap.event where kind = 'throttle' and detail->>'signal' = 'lag' order by at}) };
    cmp_ok(scalar @events, '>=', 2, 'events: when it began and ended');
    like($t->pgswap('status', 'app.t')->{out}, qr/throttled .*: lag /, 'status, for people');
    $t->exits($t->pgswap('abort', 'app.t'), 0, 'abort');
};

section 'in the copy' => sub {
    make();
    connected('far');
    my $hold = $t->hold('chunk-read');
    my $run = $t->spawn('run', 'app.t', @ALTER, '--until=ready', $LAG, '--pause-at', 'chunk-read');
    $t->arrived($hold, $run);
    replay('pause');
    lagging();
    waits_for($run, qr/replica "far"/, 'it waits for the replica');
    $t->let_go($hold);
    $t->wait_until('the chunk that runs ends', sub { chunks() == 1 });
    $t->sql('update app.t set n = -n where id <= 10');
    $t->wait_until('the log is kept small', sub { $t->status('app.t')->{backlog} == 10 });
    is(chunks(), 1, 'and no other begins');
    replay('resume');
    ends_ready($run, 'replay goes on');
};

section 'by default' => sub {
    make();
    connected('far');
    replay('pause');
    lagging('5500ms');
    my $run = $t->spawn('run', 'app.t', @ALTER, '--until=ready');
    waits_for($run, qr/replica "far"/, 'it waits for the replica');
    replay('resume');
    ends_ready($run, 'by default');
};

sub receives_only
{
    my $receiver = fork() // die "fork: $!";
    if ($receiver == 0)
    {
        mkdir "$ENV{TESTDIR}/received";
        exec 'pg_receivewal', '-d', $t->conninfo(undef, 'postgres') . ' application_name=near', '-D', "$ENV{TESTDIR}/received";
    }
    $t->wait_until('near is there', sub { $t->value(q{select count(*) from pg_stat_replication where application_name = 'near'}) });
    my $run = $t->pgswap('run', 'app.t', @ALTER, '--until=ready', $LAG, '--lag-servers=near');
    kill 'TERM', $receiver;
    waitpid $receiver, 0;
    $t->exits($run, 4, 'what receives and replays nothing is no replica');
    return;
}

section 'named' => sub {
    make();
    my $run = $t->pgswap('plan', 'app.t', @PLAN, '--lag-servers=near,far');
    $t->exits($run, 4, 'a named one that is not there');
    like($run->{err}, qr/no replica "near" is connected/, '… is named');
    $standby->append_conf('postgresql.conf', q(recovery_min_apply_delay = '20s'));
    $standby->reload;
    $t->wait_until('the delay is in force', sub { $standby->safe_psql('postgres', 'show recovery_min_apply_delay') eq '20s' });
    lagging();
    $run = $t->spawn('run', 'app.t', @ALTER, '--until=ready', $LAG);
    waits_for($run, qr/replica "far"/, 'one that is late on purpose counts');
    $t->kill_run($run, 'TERM');
    $t->exits($run, 7, 'stopped');
    receives_only() if $t->can_dump('pg_receivewal');
    $standby->append_conf('postgresql.conf', 'recovery_min_apply_delay = 0');
    $standby->reload;
    connected('far');
    $t->exits($t->pgswap('run', 'app.t', @ALTER, '--until=ready', $LAG, '--lag-servers=far'), 0, 'the named one is not late');
    $t->exits($t->pgswap('abort', 'app.t'), 0, 'abort');
};

# Silent, though the server has not noticed: its last word was that it is in time.
section 'silent' => sub {
    make();
    connected('far');
    my $receiver = $standby->safe_psql('postgres', 'select pid from pg_stat_wal_receiver');
    my $hold = $t->hold('chunk-read');
    my $run = $t->spawn('run', 'app.t', @ALTER, '--until=ready', $LAG, '--pause-at', 'chunk-read');
    $t->arrived($hold, $run);
    kill 'STOP', $receiver;
    $t->sql('create table app.noise as select 1; drop table app.noise');
    waits_for($run, qr/replica "far"/, 'it waits for the replica that is silent');
    $t->let_go($hold);
    kill 'CONT', $receiver;
    ends_ready($run, 'it is heard of again');
};

section 'gone' => sub {
    make();
    connected('far');
    my $hold = $t->hold('capture-ready');
    my $run = $t->spawn('run', 'app.t', @ALTER, '--until=ready', $LAG, '--lag-grace=1d', '--pause-at', 'capture-ready');
    $t->arrived($hold, $run);
    $standby->stop('immediate');
    $t->wait_until('it is gone', sub { !$t->value('select count(*) from pg_stat_replication') });
    $t->let_go($hold);
    waits_for($run, qr/replica "far", which is gone/, 'it waits for the replica that is gone');
    is(chunks(), 0, 'no chunk was copied');
    $standby->start;
    ends_ready($run, 'it is back');
    connected('far');
    make();
    $hold = $t->hold('capture-ready');
    $run = $t->spawn('run', 'app.t', @ALTER, '--until=ready', $LAG, '--lag-grace=1s', '--pause-at', 'capture-ready');
    $t->arrived($hold, $run);
    $standby->stop('immediate');
    $t->let_go($hold);
    $t->exits($t->reap($run), 0, 'past --lag-grace it goes on without it');
    like($run->{err}, qr/warning: replica "far" has been gone/, '… and says so');
    $t->exits($t->pgswap('abort', 'app.t'), 0, 'abort');
};

# The standby server is dead; its slot keeps all that is written.
section 'slot' => sub {
    make();
    $t->sql(q{select pg_create_physical_replication_slot('dead', true)});
    $t->sql(q{create table app.noise as select repeat('x', 1000) from generate_series(1, 3000)});
    like($t->pgswap('plan', 'app.t', @PLAN)->{out}, qr/replication slot dead is not in use and retains/, 'plan warns of it');
    my $run = $t->spawn('run', 'app.t', @ALTER, '--until=ready', '--max-slot-retained=1MB');
    waits_for($run, qr/replication slot "dead", not in use, which retains .*MB|kB/, 'it waits for the slot');
    is(chunks(), 0, 'no chunk was copied');
    $t->sql(q{select pg_drop_replication_slot('dead')});
    $t->sql('drop table app.noise');
    $t->exits($t->reap($run), 0, 'without the slot it goes on');
    cmp_ok($t->status('app.t')->{throttled}{by_signal}{slot}, '>', 0, 'status: for how long it waited');
    $t->exits($t->pgswap('abort', 'app.t'), 0, 'abort');
    $t->is_clean('nothing is left');
};

done_testing();
