# What is applied after the tables were compared is compared, too: a row of a later round that is damaged,
# dropped or added in standby is found, with its key, before a swap; keys that are written again meanwhile are
# no false alarm.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Mirror;
use Pgswap::Test;
use Test::More;

my $t = Pgswap::Test->start('proof');
my $m = Pgswap::Mirror->new($t, grant => 'all to writer', writer => 'writer', swapped => [ 'id', 'bigint' ],
    setup => q{create table app.t (id int primary key, n int, note text);
        insert into app.t select i, i, 'note ' || i from generate_series(1, 3000) i});

sub ready
{
    $m->make;
    $t->exits($t->pgswap('run', 'app.t', '--alter', 'ALTER COLUMN id TYPE bigint', '--until=ready'), 0, 'ready');
    return;
}

sub equal { return $m->equal($_[0], 'app.t', $m->standby) }

my $CHANGES = q{update %T set n = -n where id between 10 and 20; delete from %T where id between 30 and 35;
    insert into %T select i, i, 'new' from generate_series(4001, 4005) i};

# what is done to standby, the key that is named, what takes it back
my @SABOTAGE = (
    [ 'damaged', 'update %T set n = 99 where id = 15', 15, 'update %T set n = -15 where id = 15' ],
    [ 'dropped', 'delete from %T where id = 4003', 4003, q{insert into %T values (4003, 4003, 'new')} ],
    [ 'added', q{insert into %T values (33, 33, 'note 33')}, 33, 'delete from %T where id = 33' ],
);

# The program stands at the point behind an apply; standby is damaged; it ends with 5 and the key, does so
# again, and goes on when the damage is undone.
sub found
{
    my ($name, $place, $case, @line) = @_;
    my ($what, $damage, $key, $undo) = @$case;
    my $point = $t->hold($place);
    my $run = $t->spawn(@line, '--pause-at', $place);
    my $before = $m->type('id');

    $t->arrived($point, $run);
    my $table = $m->standby;
    $t->sql($damage =~ s/%T/$table/gr);
    $t->let_go($point);
    $t->exits($t->reap($run), 5, "$name: $what");
    like($run->{err}, qr/key \($key\)/, "$name: $what: names the key");
    my $again = $t->pgswap(@line);
    $t->exits($again, 5, "$name: $what: said again");
    like($again->{err}, qr/key \($key\)/, "$name: $what: with the key");
    is($m->type('id'), $before, "$name: $what: not swapped");
    $t->sql($undo =~ s/%T/$table/gr);
    $t->exits($t->pgswap(@line), 0, "$name: $what: undone");
    return;
}

for my $case (@SABOTAGE)
{
    ready();
    $m->both($CHANGES);
    found('catch-up', 'round-applied', $case, 'verify', 'app.t', '--drain-keys', 1);
    equal("catch-up: $case->[0]");
    $t->exits($t->pgswap('abort', 'app.t'), 0, 'abort');

    ready();
    $m->both($CHANGES);
    found('swap', 'round-applied', $case, 'swap', 'app.t');
    equal("swap: $case->[0]");
    is($t->status('app.t')->{parity}{keys_proven}, 22, "swap: $case->[0]: the keys are counted");
    $m->both(q{update %T set n = n where id between 10 and 20; update %T set n = -id where id between 4001 and 4005;
        delete from %T where id between 30 and 35});
    $m->both('update %T set n = -15 where id = 15');
    my ($what, $damage, $key, $undo) = @$case;
    next if $what eq 'added';
    found('revert', 'round-applied', [ $what, $damage, $key, $what eq 'dropped'
        ? q{insert into %T values (4003, -4003, 'new')} : $undo ], 'revert', 'app.t');
    equal("revert: $what");
    $t->exits($t->pgswap('abort', 'app.t'), 0, 'abort');
}
$t->exits($t->pgswap('finish', 'app.t'), 0, 'finish');

# -- the keys that are drained under the lock, when standby cannot be reached from outside: a trigger there
# damages what is applied
$t->sql(q{create function app.damage() returns trigger language plpgsql as 'begin new.n := 0; return new; end'});
my $run;
for my $way ('drained', 'written to both tables')
{
    ready();
    my $close = $t->hold('swap-close');
    $run = $t->spawn('swap', 'app.t', '--pause-at', 'swap-close', '--max-lock-hold', '1min', $way eq 'drained' ? '--dual-write=off' : ());
    $t->arrived($close, $run);
    my $damaged = $m->standby;
    my $event = $way eq 'drained' ? 'insert' : 'insert or update';
    $t->sql("create trigger damage before $event on $damaged for each row execute function app.damage()");
    $m->both($CHANGES);
    $t->let_go($close);
    $t->exits($t->reap($run), 5, "$way and damaged");
    like($run->{err}, qr/key \(10\)/, "$way and damaged: names a key");
    is($m->type('id'), 'integer', "$way and damaged: not swapped");
    $t->exits($t->pgswap('abort', 'app.t'), 0, "$way and damaged: abort");
}
ready();
$m->both($CHANGES);

# -- writes that come between the round and its proof are no false alarm
$m->both('update %T set n = n + 1 where id < 20');
my $point = $t->hold('round-applied');
$run = $t->spawn('verify', 'app.t', '--drain-keys', 1, '--pause-at', 'round-applied');
$t->arrived($point, $run);
$m->both('update %T set n = 1000000 where id between 12 and 18; delete from %T where id = 4001; insert into %T values (31, 1, null)');
$t->step($point, $run);
$m->both('update %T set n = 2000000 where id between 12 and 14');
$t->let_go($point);
$t->exits($t->reap($run), 0, 'written again between round and proof');

# -- a program killed between the round and its proof: the next one looks
$m->both('update %T set n = 3 where id between 100 and 110');
$point = $t->hold('round-applied');
$run = $t->spawn('verify', 'app.t', '--drain-keys', 1, '--pause-at', 'round-applied');
$t->arrived($point, $run);
$t->kill_run($run, 'KILL');
$t->let_go($point);
my $green = $m->standby;
$t->sql("update $green set note = 'bad' where id = 105");
my $swap = $t->pgswap('swap', 'app.t');
$t->exits($swap, 5, 'killed before the proof: the swap looks');
like($swap->{err}, qr/key \(105\)/, 'with the key');
$t->sql("update $green set note = 'note 105' where id = 105");

# -- a TRUNCATE between the round and its proof
$m->both('update %T set n = 4 where id between 200 and 210');
$point = $t->hold('round-applied');
$run = $t->spawn('verify', 'app.t', '--drain-keys', 1, '--pause-at', 'round-applied');
$t->arrived($point, $run);
$t->sql('truncate app.t; truncate mirror.t');
$m->both(q{insert into %T select i, i, 'after' from generate_series(1, 500) i});
$t->let_go($point);
$t->exits($t->reap($run), 0, 'TRUNCATE between round and proof');
$t->exits($t->pgswap('swap', 'app.t'), 0, 'swap');
equal('TRUNCATE');

# -- a comparison that found a difference: no revert until one finds none
my $blue = $m->standby;
$t->sql("update $blue set n = -1 where id = 7");
$t->exits($t->pgswap('verify', 'app.t'), 5, 'the old table is damaged: verify');
$t->exits($t->pgswap('revert', 'app.t'), 5, 'no revert to a table that is known to differ');
$t->sql("update $blue set n = 7 where id = 7");
$t->exits($t->pgswap('revert', 'app.t'), 0, 'revert, once it is mended');
equal('revert');

done_testing();
