# Ten minutes of everything at once: writers of all isolation levels, a session that rewrites, truncates, alters,
# renames and sets at random (lib/Pgswap/Chaos.pm), and pgswap going round: run, kill -9, run, verify, swap,
# follow, revert, swap, finish, or abort.  After every step, whatever its exit code, the oracle looks in one
# snapshot: the table equals its mirror; the standby equals the table through the mapping, but for the pending
# keys; every index of the table is whole.  A step is done, or refused with an exit code that has its reason; once
# the session is at rest it is done.
#
# PGSWAP_CHAOS_SECONDS (600), PGSWAP_CHAOS_SEED: the seed draws what is tried, the clock what meets what.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Chaos;
use Pgswap::Oracle;
use Pgswap::Test;
use Pgswap::Writers;
use Test::More;
use Time::HiRes qw(sleep time);

my $SECONDS = $ENV{PGSWAP_CHAOS_SECONDS} // 600;
my $SEED = $ENV{PGSWAP_CHAOS_SEED} // time() % 100000 | 0;
my %PATIENT = (PGSWAP_RETRY_PAUSE => '200ms');    # as variables, for commands that have no such option
my %QUICK = (%PATIENT, PGSWAP_SWAP_DEADLINE => '15s');

# The instants that the change makes of "stamp" are those of the zone that the owner's sessions had when it was planned,
# whatever zone is set meanwhile; nobody writes that column.
sub zone
{
    my ($dbh) = @_;
    my ($zone) = $dbh->selectrow_array(q{select parameters->'values'->>'TimeZone' from pgswap.migration order by id desc limit 1});
    return { map => { stamp => "stamp at time zone '$zone'" } };
}

# How the table before compares with the new one (forth), and the new one with the table before (back).
my @CHANGES = (
    { alter => [ '--alter', 'ALTER COLUMN id TYPE bigint' ], forth => {}, back => {} },
    { alter => [ '--alter', 'ALTER COLUMN id TYPE bigint, ALTER COLUMN stamp TYPE timestamptz' ], forth => \&zone, back => \&zone },
    {   alter => [ '--alter', q{ALTER COLUMN id TYPE bigint, ALTER COLUMN amount TYPE numeric, DROP COLUMN legacy},
            '--alter', q{ADD COLUMN region text NOT NULL DEFAULT 'eu'} ],
        forth => { map => { region => q('eu') }, dropped => ['legacy'] }, back => { skip => ['legacy'], dropped => ['region'] } });

# What a step that is not done may exit with: lost connection, lock, limit, altered meanwhile; and another pgswap, as which
# the backend of one that was killed counts.
my %REASONS = map { $_ => 1 } 2, 6, 8, 9, 10;

srand $SEED;
my $t = Pgswap::Test->start('chaos', autovacuum_naptime => 1);
diag("chaos: seed $SEED, $SECONDS s, PostgreSQL " . $t->value('show server_version'));
$t->sql('grant pg_read_all_stats to owner; create extension amcheck');
my $chaos = Pgswap::Chaos->new($t, seed => $SEED);
my $look = $t->connect(user => undef);
$look->do($_) for q{set statement_timeout = '10min'}, 'set client_min_messages = error';
my ($writers, $change, $planned_at_rest, $swap_tried, $uncaptured, $ending, @run);
my (%steps, %compared);

# ---- the oracle -------------------------------------------------------------------------------

# Rows that differ, in words.
sub differences
{
    my ($left, $right, %how) = @_;
    my $found = Pgswap::Oracle::compare($look, $left, $right, key => ['id'], %how);
    $compared{"$left, $right"} += $found->{right};
    return map { "$left, $right ($found->{left}, $found->{right} rows): $_" } @{ $found->{differences} };
}

sub is_captured
{
    return ($look->selectrow_array(q{select count(*) from pg_trigger where tgrelid = 'app.item'::regclass and tgname like 'pgswap%'}))[0];
}

sub is_new
{
    return ($look->selectrow_array(q{select atttypid = 'bigint'::regtype from pg_attribute
        where attrelid = 'app.item'::regclass and attname = 'id'}))[0];
}

sub how
{
    my ($way) = @_;
    return %{ ref $change->{$way} eq 'CODE' ? $change->{$way}->($look) : $change->{$way} };
}

# The mirror has the columns of the table before.  A dropped column comes back without what was written meanwhile.
sub mirror_differences
{
    return differences('mirror.item', 'app.item', how('forth')) if is_new();
    my $lost = $swap_tried ? { how('back') }->{skip} : undef;
    return differences('mirror.item', 'app.item', $lost ? (skip => $lost, dropped => $lost) : ());
}

# Live and standby, but for the pending keys.  While the copy is under way, a TRUNCATE pends, or finish and abort have taken
# capture off, nothing is promised.
sub standby_differences
{
    return unless $look->selectrow_array(q{select to_regclass('pgswap.migration')});
    my $found = $look->selectrow_hashref(q{select *, case live when 'blue' then 'green' else 'blue' end as away
        from pgswap.migration where phase in ('catchup', 'verify', 'ready', 'swapped')});
    return if !$found || $chaos->uncaptured > $uncaptured || ($ending && !is_captured());
    my ($log, $dirty) = map { "pgswap.${_}_$found->{id}_1_$found->{live}" } 'log', 'dirty';
    return if $look->selectrow_array("select exists (select from $log where k1 is null)");
    my %relation = (live => 'app.item', standby => "pgswap_$found->{id}_$found->{away}.item");
    $look->do("create temp view $_ as select * from $relation{$_} where id not in"
          . " (select k1 from $log union all select k1 from $dirty)") for keys %relation;
    return differences('live', 'standby', how(is_new() ? 'back' : 'forth'));
}

# Every index gives the rows that a scan of the heap gives.
sub index_differences
{
    my @words;
    for my $condition ('id > -1000000', 'uid > -1000000', 'slot > -1000000', q{lower(note) > 'b' and amount > 0}, q{note = 'copied'})
    {
        my @seen = map {
            my $on = $_;
            $look->do("set local $_ = $on") for 'enable_indexscan', 'enable_indexonlyscan', 'enable_bitmapscan';
            $look->do('set local enable_seqscan = ' . ($on eq 'on' ? 'off' : 'on'));
            $look->selectrow_array("select count(*) || ' ' || coalesce(sum(hashtext(id::text)), 0) from app.item where $condition");
        } 'on', 'off';
        push @words, "$condition: by index $seen[0], by scan $seen[1]" if $seen[0] ne $seen[1];
    }
    return @words;
}

# All that must hold at any moment.  Backends of a program that was killed may be at work still.
sub look
{
    my ($after) = @_;
    $t->wait_until('the backends of dead clients are gone', sub {
        !$t->value(q{select count(*) from pg_stat_activity where application_name like 'pgswap%'}) }, 600);
    my $wrong = $chaos->still(sub {
        $look->do($_) for 'begin isolation level repeatable read', 'lock table app.item, mirror.item in access share mode';
        my @words = (mirror_differences(), standby_differences(), index_differences());
        $look->do('rollback');
        $look->do(q{select bt_index_check(indexrelid, true) from pg_index join pg_class c on c.oid = indexrelid join pg_am a on a.oid = relam
            where indrelid = 'app.item'::regclass and indisvalid and amname = 'btree'});
        return \@words;
    });
    die "after $after:\n" . join("\n", @$wrong) . "\n" if @$wrong;
    return $writers->alive;
}

# ---- steps ------------------------------------------------------------------------------------

sub killed_at_random
{
    my ($run) = @_;
    my $end = time() + rand(1) ** 2 * 3;
    while ($t->lives($run) && time() < $end) { sleep 0.01 }
    return $t->lives($run) ? $t->kill_run($run, 'KILL') : $run;
}

# With the capture triggers off the copy has begun anew, and did not come to its end.
sub to_be_copied_again
{
    my ($run) = @_;
    return $run->{exit} == 4 && $run->{err} =~ /"pgswap run" brings it there/;
}

# Why a step may end otherwise than with 0.  5, and a row that is there twice, only where rows were changed without capture.
sub has_reason
{
    my ($run) = @_;
    my ($exit, $words) = @$run{qw(exit err)};
    return 1 if $run->{signal} || $exit == 0 || $REASONS{$exit};
    return 1 if $chaos->uncaptured > $uncaptured && ($exit == 5 || ($exit == 3 && $words =~ /23505/) || to_be_copied_again($run));
    return 1 if $exit == 4 && !$planned_at_rest;
    return $exit == 1 && $words =~ /there is no table|no migration of .* is under way/;    # renamed before it began
}

# One step, to its end or killed, and what it left.
sub step
{
    my ($kill, $command, $env, @options) = @_;
    my $run = $t->spawn($command, { env => $env }, 'app.item', @options, '--pause-at', $Pgswap::Chaos::POINTS[ rand @Pgswap::Chaos::POINTS ]);
    $kill ? killed_at_random($run) : $t->reap($run, 600);
    my $outcome = $run->{signal} ? 'killed' : "exit $run->{exit}";
    $chaos->note("pgswap $command", "$outcome $run->{err} $run->{out}");
    $steps{$command}{$outcome}++;
    die "$command: $outcome\n$run->{err}\n" unless has_reason($run);
    return $run;
}

sub unfinished
{
    return $look->selectrow_array(q{select to_regclass('pgswap.migration')})
        && $look->selectrow_array(q{select count(*) from pgswap.migration where phase not in ('finished', 'aborted')});
}

sub done
{
    my ($command, $run) = @_;
    return $run->{exit} == 0 || ($command =~ /finish|abort/ && $run->{exit} == 1 && !unfinished());    # said again
}

# Says it again until it is done, at last with nothing in force.  0 if that is not to be had for this migration: rows were
# changed without capture, or it was planned when the table was not at rest.
sub reach
{
    my ($command, @options) = @_;
    for (1 .. 6)
    {
        my $run = step(rand() < 0.35, $command, \%QUICK, @options);
        look("$command, exit $run->{exit}");
        return 1 if done($command, $run);
        reach(@run) or return 0 if to_be_copied_again($run);
    }
    my $run = $chaos->still(sub { step(0, $command, \%PATIENT, @options) });
    look("$command at rest, exit $run->{exit}");
    return 1 if done($command, $run);
    return reach(@run) && reach($command, @options) if to_be_copied_again($run);
    return 0 if $chaos->uncaptured > $uncaptured && $run->{exit} =~ /^(3|5|10)$/;
    return 0 if !$planned_at_rest && !$swap_tried && $run->{exit} =~ /^(4|10)$/;
    die "$command at rest: exit $run->{exit}\n$run->{err}\n";
}

# Follows for a while; ended by a signal, by itself when it must, or killed.
sub follow
{
    my $run = $t->spawn('follow', 'app.item', '--pause-at', 'apply-read');
    my $end = time() + rand 4;
    while ($t->lives($run) && time() < $end) { sleep 0.01 }
    $t->kill_run($run, rand() < 0.5 ? 'TERM' : 'KILL') if $t->lives($run);
    $chaos->note('pgswap follow', "exit $run->{exit} $run->{err}");
    $steps{follow}{ $run->{signal} ? 'killed' : "exit $run->{exit}" }++;
    die "follow: exit $run->{exit}\n$run->{err}\n" unless $run->{exit} == 7 || has_reason($run);
    return look('follow');
}

# New tables and writers.  A migration that is planned while something is in force may be refused for good when it is
# not any more; so most are planned at rest.
sub begin
{
    $change = $CHANGES[ rand @CHANGES ];
    ($swap_tried, $uncaptured) = (0, $chaos->uncaptured);
    $writers = Pgswap::Writers->new($t, rows => 6000, seed => int rand 100000, again => qr/^42P01$/,
        deferrable_key => rand() < 0.25 ? 1 : undef);
    $t->sql_as(owner => q{create index item_lower_idx on app.item (lower(note)) where amount > 0;
        create index item_note_idx on app.item using hash (note); create index item_uid_idx on app.item (uid);
        alter table app.item cluster on item_uid_idx});
    $t->sql("alter table $_ add stamp timestamp; update $_ set stamp = timestamp '2024-01-01' + id * interval '37 minutes'") for 'app.item', 'mirror.item';
    $writers->start;
    $planned_at_rest = rand() < 0.6;
    return unless $planned_at_rest;
    my $point = $t->hold('capture-ready');
    my $run = $t->spawn('run', 'app.item', @{ $change->{alter} }, '--pause-at', 'capture-ready');
    $t->arrived($point, $run);
    $t->kill_run($run, 'KILL');
    $t->let_go($point);
    return;
}

sub round
{
    $chaos->still(\&begin);
    $chaos->may_uncapture(rand() < 0.25);
    @run = ('run', @{ $change->{alter} }, '--until=ready', '--chunk-blocks', 2, '--drain-keys', 1 + int rand 200);
    my $whole = reach(@run) && reach('verify');
    if ($whole && rand() > 0.15)
    {
        $swap_tried = 1;
        $whole = reach('swap');
        follow() if $whole;
        $whole &&= reach('revert') && reach('verify') && reach('swap') if rand() < 0.7;
        follow() if $whole;
    }
    $chaos->may_uncapture(0);
    return;
}

# Whatever became of it: taken back or brought to its end, and nothing is left.
sub end
{
    my ($number) = @_;
    my $command = $chaos->still(\&is_new) ? 'finish' : 'abort';
    $ending = 1;
    reach($command) if unfinished();
    $ending = 0;
    $writers->stop;
    look("$command and the end of the writers");
    return $t->is_clean("round $number: all was equal, and nothing is left");
}

sub tally
{
    my ($what, $counts) = @_;
    return join "\n", "$what:", map { my $of = $counts->{$_}; "  $_: " . join ', ', map { "$_ $of->{$_}" } sort keys %$of } sort keys %$counts;
}

$chaos->start;
my ($number, $end) = (0, time() + $SECONDS);
while (time() < $end)
{
    my $done = eval { round(); end(++$number) };
    next if $done;
    fail("round $number: $@");
    diag(join "\n", "seed $SEED", $chaos->journal(40));
    last;
}
if (Test::More->builder->is_passing)
{
    $chaos->stop;
    cmp_ok($steps{$_}{'exit 0'} // 0, '>', 0, "$_ was done") for qw(run verify swap);
}
my %acts;
for ($chaos->journal)
{
    my ($act, $outcome) = /^\S+ (?!pgswap |undo )(.+?): (done|gave way|not here)/ or next;
    $act =~ s/\d+/N/g;
    $acts{$act}{$outcome}++;
}
diag("$number rounds");
diag(tally($_->[0], $_->[1])) for [ 'steps', \%steps ], [ 'acts', \%acts ], [ 'rows compared', { all => \%compared } ];

done_testing();
