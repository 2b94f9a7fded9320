# A paused migration: commands that are given end at once with a code of their own and say who paused it;
# abort goes through; what is at work already waits, and says so once.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Cases;
use Pgswap::Test;
use Test::More;
use Time::HiRes qw(sleep time);

my $t = Pgswap::Test->start('paused');
my @ALTER = ('--alter', 'ALTER COLUMN n TYPE bigint');

sub make
{
    $t->sql('drop table if exists app.t');
    $t->sql_as(owner => 'create table app.t (id int primary key, n int, note text);'
        . q(insert into app.t select i, i, repeat('x', 150) from generate_series(1, 3000) i));
    return;
}

sub section { return Pgswap::Cases::run($t, @_) }

sub n_type { return $t->value(q{select format_type(atttypid, null) from pg_attribute where attrelid = 'app.t'::regclass and attname = 'n'}) }

# A command on a paused migration: it does not wait for "continue".
sub refused
{
    my ($name, @line) = @_;
    my $run = $t->spawn(@line);
    $t->reap($run, 60);
    $t->exits($run, 11, $name);
    like($run->{err}, qr/^pgswap: error: the migration of app\.t is paused$/m, "$name: says so");
    like($run->{err}, qr/since 20\d\d-\d\d-\d\dT[\d:]+Z by role owner from \S+.*pgswap/, "$name: … since when, by whom and from where");
    like($run->{err}, qr/hint: .*pgswap continue/, "$name: … and what to do");
    return $run;
}

sub status_until
{
    my ($what, $run, $wanted) = @_;
    return $t->wait_until($what, sub {
        die "it ended: $run->{out}$run->{err}" unless $t->lives($run);
        my $status = $t->pgswap('status', '--json', 'app.t');
        return $status->{exit} == 0 && $wanted->($t->json($status));
    });
}

# How often the run has said that it waits, so far.
sub said
{
    my ($run) = @_;
    my $err = PostgreSQL::Test::Utils::slurp_file("$run->{base}.err");
    return scalar(() = $err =~ /^pgswap: app\.t waits for "pgswap continue" \(paused since/mg);
}

section 'ready' => sub {
    make();
    $t->exits($t->pgswap('run', 'app.t', @ALTER, '--until=ready'), 0, 'ready');
    is($t->status('app.t')->{paused}, undef, 'not paused: status says so');
    $t->exits($t->pgswap('pause', 'app.t'), 0, 'pause');
    my $paused = $t->status('app.t')->{paused};
    is($paused->{by}, 'owner', 'status: who paused it');
    like($paused->{at}, qr/^20.*Z$/, 'status: when');
    like($paused->{from}, qr/pgswap/, 'status: from where');
    like($t->pgswap('status', 'app.t')->{out}, qr/paused .*owner/, 'status, for people');
    $t->exits($t->pgswap('pause', 'app.t'), 0, 'pause again');
    is($t->status('app.t')->{paused}{at}, $paused->{at}, 'the first pause counts');
    refused("ready: @$_", @$_) for [ 'run', 'app.t' ], [ 'run', 'app.t', @ALTER ], [ 'swap', 'app.t' ], [ 'revert', 'app.t' ];
    is(n_type(), 'integer', 'not swapped');
    $t->exits($t->pgswap('verify', 'app.t'), 0, 'verify changes nothing, and works');
    $t->exits($t->reap($t->spawn('abort', 'app.t'), 60), 0, 'abort works at once');
    $t->is_clean('abort: nothing is left');
};

section 'swapped' => sub {
    make();
    $t->exits($t->pgswap('run', 'app.t', @ALTER), 0, 'swapped');
    $t->exits($t->pgswap('pause', 'app.t'), 0, 'swapped: pause');
    refused("swapped: $_", $_, 'app.t') for qw(revert finish run);
    is(n_type(), 'bigint', 'not reverted');
    $t->exits($t->pgswap('continue', 'app.t'), 0, 'swapped: continue');
    is($t->status('app.t')->{paused}, undef, 'status: not paused any more');
    $t->exits($t->pgswap('revert', 'app.t'), 0, 'revert');
    $t->exits($t->pgswap('pause', 'app.t'), 0, 'reverted: pause');
    $t->exits($t->pgswap('abort', 'app.t'), 0, 'reverted: abort');
    $t->is_clean('reverted, abort: nothing is left');
};

# The flag can be set by hand, too.
section 'by hand' => sub {
    make();
    $t->exits($t->pgswap('run', 'app.t', @ALTER, '--until=ready'), 0, 'by hand: ready');
    $t->sql('update pgswap.migration set paused = true');
    $t->exits($t->pgswap('swap', 'app.t'), 11, 'by hand: swap');
    $t->exits($t->pgswap('abort', 'app.t'), 0, 'by hand: abort');
};

for my $point ('chunk-read', 'copy-done', 'before-swap')
{
    section "at work, $point" => sub {
        make();
        my $hold = $t->hold($point);
        my $run = $t->spawn('run', 'app.t', @ALTER, '--jobs', 1, '--chunk-blocks', 2, '--swap-deadline', '1s', '--pause-at', $point);
        $t->arrived($hold, $run);
        $t->exits($t->pgswap('pause', 'app.t'), 0, "$point: pause");
        $t->let_go($hold);
        status_until("$point: it waits", $run, sub { ($_[0]{waiting_for} // '') =~ /paused since .* by role owner/ });
        $t->sql('update app.t set n = -n where id % 3 = 0');
        sleep 4;
        ok($t->lives($run), "$point: it waits on, past the deadline for locks");
        is(said($run), 1, "$point: it is said once");
        is(n_type(), 'integer', "$point: not swapped");
        $t->exits($t->pgswap('continue', 'app.t'), 0, "$point: continue");
        $t->exits($t->reap($run), 0, "$point: it goes on");
        is($t->value('select count(*) from app.t where n < 0'), 1000, "$point: what was written meanwhile is there");
        $t->exits($t->pgswap('finish', 'app.t'), 0, "$point: finish");
        $t->is_clean("$point: nothing is left");
    };
}

section 'held' => sub {
    make();
    my $run = $t->spawn('run', 'app.t', @ALTER, '--hold');
    status_until('held: ready', $run, sub { $_[0]{phase} eq 'ready' });
    $t->exits($t->pgswap('pause', 'app.t'), 0, 'held: pause');
    refused('held: swap', 'swap', 'app.t');
    ok($t->lives($run), 'held: the run holds');
    $t->exits($t->pgswap('continue', 'app.t'), 0, 'held: continue');
    $t->exits($t->pgswap('swap', 'app.t'), 0, 'held: swap');
    $t->exits($t->reap($run), 0, 'held: swapped');
    $t->exits($t->pgswap('finish', 'app.t'), 0, 'held: finish');
};

done_testing();
