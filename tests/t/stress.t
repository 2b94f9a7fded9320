# The proof: five kinds of writers change the table in every way during the whole of a migration, and
# write the same to a mirror; afterwards the new table and the mirror are equal in every row and column.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Oracle;
use Pgswap::Test;
use Pgswap::Writers;
use Test::More;
use Time::HiRes qw(sleep);

my $t = Pgswap::Test->start('stress', autovacuum_naptime => 1);
$t->sql('grant pg_read_all_stats to owner');
my @CHANGE = ('--alter', q{ALTER COLUMN id TYPE bigint, ALTER COLUMN amount TYPE numeric, DROP COLUMN legacy},
    '--alter', q{ADD COLUMN region text NOT NULL DEFAULT 'eu'});

# Sees a run to its end and notes each writer's commits in each phase: { phase => { writer => n } }.
sub watch
{
    my ($run, $writers) = @_;
    my (%commits, $phase);
    my $last = $writers->counts;
    my $deadline = time() + 900;
    while ($t->lives($run))
    {
        kill 'KILL', $run->{pid} if time() > $deadline;
        my ($now) = eval { $t->value('select phase from pgswap.migration order by id desc limit 1') };
        my $counts = $writers->counts;
        if (defined $phase)
        {
            $commits{$phase}{$_} += $counts->{$_} - $last->{$_} for keys %$counts;
        }
        ($phase, $last) = ($now, $counts);
        sleep 0.02;
    }
    return \%commits;
}

# One migration under writers.  how: deferrable_key; in_copy => sub called at a chunk; ready => sub
# called when the run is ready; swapping => sub that runs the swap itself.
sub scenario
{
    my ($name, %how) = @_;
    my $writers = Pgswap::Writers->new($t, rows => 30000, deferrable_key => $how{deferrable_key});
    $writers->start;

    my $chunk = $t->hold('chunk-read');
    my $run = $t->spawn('run', 'app.item', @CHANGE, '--until=ready', '--chunk-blocks', 4, '--pause-at', 'chunk-read');
    $t->arrived($chunk, $run);
    $writers->advance(20) unless $how{in_copy};
    look_alikes();
    $how{in_copy}->($chunk, $run) if $how{in_copy};
    $t->let_go($chunk);
    my $commits = watch($run, $writers);
    $t->exits($run, 0, "$name: ready");
    cmp_ok($commits->{copy}{$_} // 0, '>', 0, "$name: $_ committed during the copy") for sort keys %{ $writers->counts };
    diag("$name: commits by phase: " . join '; ', map { my $p = $_; "$p " . join ' ', map { $commits->{$p}{$_} }
        sort keys %{ $commits->{$p} } } sort keys %$commits);

    $writers->advance(20);
    $how{ready}->($run) if $how{ready};
    $writers->advance(20);
    $how{swapping} ? $how{swapping}->($writers) : swap($writers, $name);
    is($t->value(q{select format_type(atttypid, null) from pg_attribute where attrelid = 'app.item'::regclass and attname = 'id'}),
        'bigint', "$name: swapped");
    $writers->advance(20);
    $writers->stop;
    compare($name);
    return $run;
}

# The swap, with writers proven to be about when it begins.
sub swap
{
    my ($writers, $name) = @_;
    my $point = $t->hold('before-swap');
    my $run = $t->spawn('swap', 'app.item', '--pause-at', 'before-swap', '--retry-pause', '200ms');
    $t->arrived($point, $run);
    $writers->advance(20);
    $t->let_go($point);
    watch($run, $writers);
    $t->exits($run, 0, "$name: swap");
    return;
}

# The hostile writer gets tables that look like ours.
sub look_alikes
{
    for my $row (@{ $t->rows(q{select relname from pg_class where relnamespace = 'pgswap'::regnamespace and relkind = 'r'}) })
    {
        my $table = $t->{admin}->quote_identifier($row->[0]);
        $t->sql("create table if not exists hostile.$table (like pgswap.$table); alter table hostile.$table owner to writer_hostile");
    }
    return;
}

sub compare
{
    my ($name) = @_;
    my $found = Pgswap::Oracle::compare($t->{admin}, 'mirror.item', 'app.item', key => ['id'],
        map => { region => q('eu') }, dropped => ['legacy']);
    is_deeply($found->{differences}, [], "$name: the new table and the mirror are equal");
    cmp_ok($found->{right}, '>', 100, "$name: $found->{right} rows were compared");
    for my $row (@{ $t->rows(q{select relname from pg_class where relnamespace = 'hostile'::regnamespace and relkind = 'r'}) })
    {
        my $table = $t->{admin}->quote_identifier($row->[0]);
        is($t->value("select count(*) from hostile.$table"), 0, "$name: nothing went into hostile.$row->[0]");
    }
    $t->exits($t->pgswap('finish', 'app.item'), 0, "$name: finish");
    $t->is_clean("$name: nothing is left");
    $t->sql('drop table app.item');
    return;
}

# Runs a statement that needs the table for itself while writers work; deadlocks are tried again.
sub exclusively
{
    my ($sql, $meanwhile) = @_;
    my $dbh = $t->connect(user => undef);
    $t->async($dbh, $sql);
    $t->blocked($dbh) if $meanwhile;
    $meanwhile->() if $meanwhile;
    my $done = eval { $t->done($dbh); 1 };
    return if $done;
    die $@ unless $dbh->state eq '40P01';
    eval { $dbh->do('rollback') };
    return exclusively($sql);
}

my $TRUNCATE = 'begin; truncate app.item, mirror.item; '
    . join('', map { "insert into $_ (id, uid, slot) select i, i, i from generate_series(1, 5000) i;" } 'app.item', 'mirror.item')
    . 'commit';

scenario('immediate key');
scenario('deferrable key', deferrable_key => 1);

scenario('TRUNCATE in the middle',
    in_copy => sub { my ($point, $run) = @_; exclusively($TRUNCATE, sub { $t->let_go($point) }) },
    ready => sub { exclusively($TRUNCATE) });

my $full = scenario('VACUUM FULL in the middle',
    in_copy => sub { my ($point, $run) = @_; exclusively('vacuum full app.item', sub { $t->let_go($point) }) },
    ready => sub { exclusively('vacuum full app.item') });
like($full->{err}, qr/again|restart/i, 'VACUUM FULL in the middle: the run says that it copies again');

scenario('a 5000-row transaction that commits while the swap waits for its lock', swapping => sub {
    my ($writers) = @_;
    my $name = 'a large transaction';
    my $point = $t->hold('before-swap');
    my $run = $t->spawn('swap', 'app.item', '--pause-at', 'before-swap', '--retry-pause', '200ms', '--lock-timeout', '5min', '--blocker-age', '10min', '--old-snapshots=ignore');
    $t->arrived($point, $run);
    my $large = $t->connect(user => undef);
    $large->do('begin');
    $large->do('select pg_advisory_xact_lock(4711, s) from generate_series(0, 30) s');
    my ($low, $high) = (1, 1500);
    for my $table ('app.item', 'mirror.item')
    {
        $large->do("insert into $table (id, uid, slot, note) select i, i, i, 'large' from generate_series(900001, 905000) i");
        $large->do("update $table set note = 'large update' where id between $low and $high");
        $large->do("delete from $table where id between 100 and 200");
    }
    $t->let_go($point);
    $t->swap_waits('app.item', $run);
    $large->do('commit');
    watch($run, $writers);
    $t->exits($run, 0, "$name: swap");
    is($t->value(q{select count(*) from app.item where note = 'large'}), 5000, "$name: all its rows are there");
    my $status = $t->status('app.item')->{swap};
    cmp_ok($status->{rows_drained}, '>=', 5000, "$name: they were drained under the lock") if $status->{attempts} == 1;
});

done_testing();
