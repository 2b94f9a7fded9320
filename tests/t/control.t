# What an operator says to a running migration: pause and continue, hold and swap, hooks, and what is
# refused.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Cases;
use Pgswap::Mirror;
use Pgswap::Test;
use Test::More;
use Time::HiRes qw(sleep time);

my $t = Pgswap::Test->start('control');
my @ALTER = ('--alter', 'ALTER COLUMN n TYPE bigint');
my $m = Pgswap::Mirror->new($t, setup => q{create table app.t (id int primary key, n int, note text);
    insert into app.t select i, i, repeat('x', 150) from generate_series(1, 3000) i});

# Polls a value of status until it is as wanted.
sub status_until
{
    my ($what, $run, $wanted) = @_;
    return $t->wait_until($what, sub {
        die "it ended: $run->{out}$run->{err}" unless $t->lives($run);
        return $wanted->($t->status('app.t'));
    }, 15);
}

sub section { return Pgswap::Cases::run($t, @_) }

my ($name, $point, $run, $status, $id);
# Hooks write one line each.
my $file = "$ENV{TESTDIR}/hook.$$";
my $tell = q(echo "$PGSWAP_HOOK $PGSWAP_HOOK_MIGRATION $PGSWAP_HOOK_PHASE $PGSWAP_HOOK_TABLE" >> ) . $file;
sub told { return -e $file ? PostgreSQL::Test::Utils::slurp_file($file) : '' }

# -- pause while the copy runs
section 'pause in the copy' => sub {
    $m->make();
    $name = 'pause in the copy';
    $point = $t->hold('chunk-read');
    $run = $t->spawn('run', 'app.t', @ALTER, '--jobs', 1, '--chunk-blocks', 2, '--pause-at', 'chunk-read');
    $t->arrived($point, $run);
    $t->exits($t->pgswap('pause', 'app.t'), 0, 'pause');
    status_until('status says that it is paused', $run, sub { ($_[0]{waiting_for} // '') =~ /paused/ });
    $t->let_go($point);
    my $copied = $t->status('app.t')->{chunks_done};
    $m->both('update %T set n = -1 where id % 7 = 0');
    sleep 1;
    $status = $t->status('app.t');
    is($status->{chunks_done}, $copied, "$name: no chunk is copied meanwhile");
    cmp_ok($copied, '<', $status->{chunks_total}, "$name: … and there are some to copy");
    ok($t->lives($run), "$name: the run lives");
    $t->exits($t->pgswap('continue', 'app.t'), 0, 'continue');
    $t->exits($t->reap($run), 0, "$name: continued");
    $m->finished($name);
};

# -- pause before the swap
section 'pause before the swap' => sub {
    $m->make();
    $name = 'pause before the swap';
    $point = $t->hold('before-swap');
    $run = $t->spawn('run', 'app.t', @ALTER, '--pause-at', 'before-swap');
    $t->arrived($point, $run);
    $t->exits($t->pgswap('pause', 'app.t'), 0, "$name: pause");
    $t->let_go($point);
    status_until('status says that it is paused', $run, sub { ($_[0]{waiting_for} // '') =~ /paused/ });
    $m->both('update %T set n = -2 where id % 5 = 0');
    my ($locks, $until) = (0, time() + 2);
    while (time() < $until)
    {
        $locks += $t->value(q{select count(*) from pg_locks where relation = 'app.t'::regclass and mode = 'AccessExclusiveLock'});
    }
    is($locks, 0, "$name: no lock is asked for as long as it is paused");
    ok(!$m->is_swapped, "$name: not swapped");
    $t->exits($t->pgswap('continue', 'app.t'), 0, "$name: continue");
    $t->exits($t->reap($run), 0, "$name: continued");
    $m->finished($name);
};

section 'a paused migration' => sub {
    $m->make();
    $name = 'a paused migration';
    $t->exits($t->pgswap('run', 'app.t', @ALTER, '--until=ready'), 0, "$name: ready");
    $t->exits($t->pgswap('pause', 'app.t'), 0, "$name: pause");
    $run = $t->pgswap('swap', 'app.t', '--swap-deadline', '1s');
    $t->exits($run, 11, "$name: swap");
    like($run->{err}, qr/paused/, "$name: says why");
    ok(!$m->is_swapped, "$name: not swapped");
    $t->exits($t->pgswap('continue', 'app.t'), 0, "$name: continue");
    $t->exits($t->pgswap('swap', 'app.t'), 0, "$name: swap after it");
    $m->finished($name);
    $t->exits($t->pgswap($_, 'app.t'), 1, "$_ without a migration") for qw(pause continue);
};

# -- hold: in sync until another process says swap
section 'hold' => sub {
    $m->make();
    $name = 'hold';
    $run = $t->spawn('run', 'app.t', @ALTER, '--hold', '--drain-keys', 5);
    status_until('it is ready', $run, sub { $_[0]{phase} eq 'ready' });
    for my $round (1 .. 3)
    {
        $m->both("update %T set n = n + $round where id between 1 and 500");
        status_until("round $round is applied", $run, sub {
            return $t->value(q{select count(*) from app.t a join } . $m->standby('green') . q{ g using (id) where a.n = g.n and id <= 500}) == 500 });
    }
    ok(!$m->is_swapped, "$name: not swapped");
    $m->both('delete from %T where id between 100 and 102');
    my $release = $t->pgswap('swap', 'app.t');
    $t->exits($release, 0, "$name: swap from another process");
    $t->exits($t->reap($run), 0, "$name: the held run");
    $m->finished($name);
};

section 'hold, and the holder dies' => sub {
    $m->make();
    $name = 'hold, and the holder dies';
    $run = $t->spawn('run', 'app.t', @ALTER, '--hold');
    status_until('it is ready', $run, sub { $_[0]{phase} eq 'ready' });
    $t->kill_run($run, 'KILL');
    $t->wait_until('the server has noticed', sub {
        !$t->value(q{select count(*) from pg_stat_activity where usename = 'owner' and backend_type = 'client backend'}) });
    $m->both('delete from %T where id between 1 and 10');
    $t->exits($t->pgswap('swap', 'app.t'), 0, "$name: swap does it itself");
    $m->finished($name);
};

section 'hold, stopped' => sub {
    $m->make();
    $name = 'hold, stopped';
    $run = $t->spawn('run', 'app.t', @ALTER, '--hold');
    status_until('it is ready', $run, sub { $_[0]{phase} eq 'ready' });
    $t->kill_run($run, 'TERM');
    $t->exits($run, 7, $name);
    ok(!$m->is_swapped, "$name: not swapped");
    $t->exits($t->pgswap('abort', 'app.t'), 0, "$name: abort");
    $t->is_clean("$name: nothing is left");
};

section 'a run that is not held' => sub {
    $m->make();
    $name = 'a run that is not held';
    $point = $t->hold('copy-done');
    $run = $t->spawn('run', 'app.t', @ALTER, '--pause-at', 'copy-done');
    $t->arrived($point, $run);
    $t->exits($t->pgswap('swap', 'app.t'), 8, "$name: swap from another process");
    $t->let_go($point);
    $t->exits($t->reap($run), 0, $name);
    $m->finished($name);
};

section 'hooks' => sub {
    $m->make();
    $name = 'hooks';
    my @hooks = ('--hook-before-swap', $tell, '--hook-after-swap', $tell, '--hook-failure', $tell);
    $run = $t->pgswap('run', 'app.t', @ALTER, @hooks);
    $t->exits($run, 0, $name);
    $id = $t->value('select max(id) from pgswap.migration');
    like(told(), qr/\Abefore-swap $id ready "?app"?\."?t"?\nafter-swap $id swapped "?app"?\."?t"?\n\z/, "$name: each once, with its variables");
    unlink $file;
    $m->finished($name);
};

section 'the hook before the swap fails' => sub {
    $m->make();
    $name = 'the hook before the swap fails';
    $run = $t->pgswap('run', 'app.t', @ALTER, '--hook-before-swap', "$tell; exit 3", '--hook-after-swap', $tell, '--hook-failure', $tell);
    $t->exits($run, 7, $name);
    like($run->{err}, qr/hook.*\b3\b/s, "$name: it is named, with its exit code");
    ok(!$m->is_swapped, "$name: not swapped");
    $id = $t->value('select max(id) from pgswap.migration');
    like(told(), qr/\Abefore-swap $id ready \S+\nfailure $id ready \S+\n\z/, "$name: the hook of failures ran, that after the swap did not");
    unlink $file;
    is($t->status('app.t')->{phase}, 'ready', "$name: ready");
    $m->both('update %T set n = 0 where id < 10');
    $t->exits($t->pgswap('swap', 'app.t', '--hook-before-swap', 'kill -9 $$'), 7, "$name: killed by a signal");
    ok(!$m->is_swapped, "$name: not swapped");
    $t->exits($t->pgswap('swap', 'app.t', '--hook-before-swap', 'true'), 0, "$name: swap");
    $m->finished($name);
};

section 'the hook of failures' => sub {
    $m->make();
    $name = 'the hook of failures';
    $t->sql('update app.t set n = null where id = 7');
    $run = $t->pgswap('run', 'app.t', '--alter', 'ALTER COLUMN n TYPE bigint, ALTER COLUMN n SET NOT NULL', '--hook-failure', $tell);
    $t->exits($run, 3, $name);
    like(told(), qr/\Afailure \d+ \w+ \S+\n\z/, "$name: ran once");
    unlink $file;
    $t->exits($t->pgswap('abort', 'app.t'), 0, "$name: abort");
};

section 'the hook after the swap fails' => sub {
    $m->make();
    $name = 'the hook after the swap fails';
    $run = $t->pgswap('run', 'app.t', @ALTER, '--hook-after-swap', 'exit 4');
    isnt($run->{exit}, 0, "$name: it is not passed over");
    like($run->{err}, qr/after-swap.*\b4\b/s, "$name: it is named");
    $t->exits($t->pgswap('run', 'app.t', '--hook-after-swap', $tell), 0, "$name: said again");
    like(told(), qr/\Aafter-swap \d+ swapped \S+\n\z/, "$name: it runs again");
    $t->exits($t->pgswap('run', 'app.t', '--hook-after-swap', $tell), 0, "$name: said a third time");
    like(told(), qr/\Aafter-swap \d+ swapped \S+\n\z/, "$name: it has run");
    unlink $file;
    $m->finished($name);
};

# -- finish --keep
section 'finish --keep' => sub {
    $m->make();
    $name = 'finish --keep';
    $t->exits($t->pgswap('run', 'app.t', @ALTER), 0, $name);
    $run = $t->pgswap('finish', 'app.t', '--keep', '1h');
    $t->exits($run, 4, "$name: too early");
    like($run->{err}, qr/keep/, "$name: says why");
    is($t->status('app.t')->{phase}, 'swapped', "$name: the old table stays");
    $t->exits($t->pgswap('revert', 'app.t'), 0, "$name: and a revert is possible");
    $t->exits($t->pgswap('swap', 'app.t'), 0, "$name: swap again");
    $t->exits($t->pgswap('finish', 'app.t', '--keep', '1ms'), 0, "$name: its time has come");
    $t->is_clean("$name: nothing is left");
};

done_testing();
