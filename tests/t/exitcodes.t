# The exit codes are a contract: each of them, once, with the words that go with it on stderr.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Test;
use Test::More;

my $t = Pgswap::Test->start('exitcodes');
my @ALTER = ('--alter', 'ALTER COLUMN n TYPE bigint');

sub make
{
    $t->sql('drop table if exists app.t');
    $t->sql_as(owner => 'create table app.t (id int primary key, n int, x text);'
        . 'insert into app.t select i, i, i::text from generate_series(1, 500) i');
    return;
}

# Exit code, form of the message, nothing on stdout when it failed.
sub fails
{
    my ($run, $code, $pattern, $name) = @_;
    $t->exits($run, $code, $name);
    like($run->{err}, qr/^pgswap: error: [^\n]*[^\n.]$/m, "$name: one line, no full stop");
    like($run->{err}, $pattern, "$name: says why");
    return;
}

sub n_type { return $t->value(q{select format_type(atttypid, null) from pg_attribute where attrelid = 'app.t'::regclass and attname = 'n'}) }

# 1: usage
make();
fails($t->pgswap('nonsense', 'app.t'), 1, qr/nonsense/, 'an unknown command');
fails($t->pgswap('run', 'app.t', '--nonsense'), 1, qr/nonsense/, 'an unknown option');
fails($t->pgswap('run', @ALTER), 1, qr/table/i, 'no table');
fails($t->pgswap('run', 'app.t'), 1, qr/--alter|change/, 'no change');
fails($t->pgswap('run', 'app.t', '--alter'), 1, qr/alter/, 'an option without its value');
fails($t->pgswap('run', 'app.t', @ALTER, '--lock-timeout', 'soon'), 1, qr/soon/, 'a time that is none');
fails($t->pgswap('run', 'app.t', @ALTER, '--lock-timeout', '0'), 1, qr/--lock-timeout/, 'to wait without end');
fails($t->pgswap('run', 'app.t', @ALTER, '--jobs', '0'), 1, qr/jobs/, 'a number out of range');
fails($t->pgswap('run', 'app.t', @ALTER, 'app.u'), 1, qr/app\.u/, 'an argument too many');
fails($t->pgswap('swap', 'app.t'), 1, qr/app\.t|"t"/, 'swap without a migration');
fails($t->pgswap('run', 'app.t', '-f', "$ENV{TESTDIR}/not-there.sql"), 1, qr/not-there/, 'a file that is not there');
$t->is_bare('faults of usage leave nothing');

# 2: connection; who is refused need not try again, see connect.t
fails($t->pgswap('status', { no_dbname => 1 }, '-d', 'host=127.0.0.1 port=1 connect_timeout=5', 'app.t'), 2, qr/refused/, 'no server');
fails($t->pgswap('status', { no_dbname => 1 }, '-d', $t->conninfo('owner', 'nowhere'), 'app.t'), 4, qr/does not exist/, 'no such database');

# 3: a statement failed
$t->sql(q{update app.t set x = 'abc' where id = 123});
fails($t->pgswap('run', 'app.t', '--alter', 'ALTER COLUMN x TYPE int USING x::int', '--no-revert'), 3, qr/22P02/, 'bad data');
$t->exits($t->pgswap('abort', 'app.t'), 0, 'abort');
fails($t->pgswap('run', 'app.t', '--alter', 'ALTER COLUMN nix TYPE int'), 3, qr/nix/, 'a change of a column that is not there');
fails($t->pgswap('run', 'app.t', '--alter', 'ALTER COLUMN n TYPO bigint'), 3, qr/42601|syntax/, 'a change that is no SQL');
$t->is_clean('a change that fails leaves nothing but the history');

# 4: refused
$t->sql_as(owner => 'create table app.nokey (n int)');
fails($t->pgswap('run', 'app.nokey', @ALTER), 4, qr/key/, 'refused');

# 5: parity
make();
$t->exits($t->pgswap('run', 'app.t', @ALTER, '--until=ready'), 0, 'ready');
my $green = $t->value(q{select oid::regclass from pg_class where relname = 't' and relnamespace::regnamespace::text ~ '_green$'});
$t->sql("update $green set x = 'broken' where id = 250");
fails($t->pgswap('verify', 'app.t'), 5, qr/differ/, 'parity');
$t->sql("update $green set x = '250' where id = 250");
$t->exits($t->pgswap('verify', 'app.t'), 0, 'verify');

# 6: the lock
my $holder = $t->connect(user => undef);
$holder->do('begin; select count(*) from app.t');
my $swap = $t->spawn('swap', 'app.t', '--swap-deadline', '2500ms', '--lock-timeout', '200ms');
my $reader = $t->connect(user => undef);
for (1 .. 20)
{
    $reader->do('select * from app.t limit 1');
    $reader->do('update app.t set n = n where id = 1');
}
pass('readers and writers pass between the attempts');
fails($t->reap($swap), 6, qr/lock|deadline/, 'lock budget used up');
like($swap->{err}, qr/\b$holder->{pg_pid}\b/, 'the blocker is named by its pid');
is(n_type(), 'integer', 'not swapped');
is($t->status('app.t')->{parity}{state}, 'clean', 'still in sync');
$reader->do('update app.t set n = -7 where id = 7');
$t->exits($t->pgswap('verify', 'app.t'), 0, 'verify: still in sync');
$holder->do('commit');

# A prepared transaction holds its lock for ever; it has no pid.
$holder->do(q{begin; update app.t set n = 8 where id = 8; prepare transaction 'forgotten'});
my $prepared = $t->pgswap('swap', 'app.t', '--swap-deadline', '1s');
fails($prepared, 6, qr/forgotten|prepared/, 'a prepared transaction');
$holder->do(q{commit prepared 'forgotten'});

# 8: another pgswap
my $point = $t->hold('before-swap');
my $first = $t->spawn('swap', 'app.t', '--pause-at', 'before-swap');
$t->arrived($point, $first);
fails($t->pgswap('swap', 'app.t'), 8, qr/another|already/, 'a second instance');

# 7: stopped
kill 'INT', $first->{pid};
$t->let_go($point);
$t->exits($t->reap($first), 7, 'stopped');
is(n_type(), 'integer', 'stopped: not swapped');

# 0: the goal is reached, also if it already was
# 9: an exchange that takes longer than it may is no matter of waiting
my $late = $t->hold('swap-commit');
fails($t->pgswap('swap', 'app.t', '--pause-at', 'swap-commit', '--max-lock-hold', '1s', '--retry-pause', '1s', '--swap-deadline', '1h'), 9,
    qr/exchange.*--max-lock-hold.*^pgswap: hint: .*--max-lock-hold=\d+ms/ms, 'a long exchange');
$t->let_go($late);
is(n_type(), 'integer', 'a long exchange: not swapped');
$t->exits($t->pgswap('verify', 'app.t'), 0, 'a long exchange: still in sync');

$t->exits($t->pgswap('swap', 'app.t'), 0, 'swap');
is(n_type(), 'bigint', 'swapped');
is($t->value('select n from app.t where id = 7'), -7, 'the last writes are there');
is($t->value('select n from app.t where id = 8'), 8, 'the prepared ones, too');
$t->exits($t->pgswap('swap', 'app.t'), 0, 'swap again');
$t->exits($t->pgswap('abort', 'app.t'), 4, 'abort is too late');
is(n_type(), 'bigint', 'and does nothing');
$t->exits($t->pgswap('finish', 'app.t'), 0, 'finish');
$t->exits($t->pgswap('abort', 'app.nokey'), 0, 'abort where nothing is');

# Our triggers switched off: the swap does not trust the standby.
make();
$t->exits($t->pgswap('run', 'app.t', @ALTER, '--until=ready'), 0, 'ready');
$t->sql('alter table app.t disable trigger all; update app.t set n = 4242 where id = 42');
my $off = $t->pgswap('swap', 'app.t');
my $answer = $off->{exit} == 0 ? $t->value('select n from app.t where id = 42') : 4242;
is($answer, 4242, "triggers switched off (exit $off->{exit}): no write is lost");
like($off->{err}, qr/trigger|capture|again/i, 'triggers switched off: it is said');
$t->pgswap($_, 'app.t') for 'abort', 'finish';

# 10: the table was altered since the plan
for my $ddl ('alter table app.t add column late int', 'alter table app.t alter x set not null', 'create index late on app.t (x)',
    'alter table app.t rename column x to y', 'create view app.v as select n from app.t')
{
    make();
    $t->exits($t->pgswap('run', 'app.t', @ALTER, '--until=ready'), 0, 'ready');
    $t->sql_as(owner => $ddl);
    fails($t->pgswap('swap', 'app.t'), 10, qr/chang|alter|differ/i, $ddl);
    is(n_type(), 'integer', "$ddl: not swapped");
    $t->exits($t->pgswap('abort', 'app.t'), 0, "$ddl: abort");
    $t->is_clean("$ddl: nothing is left");
    $t->sql('drop view if exists app.v');
    $t->pgswap('finish', 'app.t');
}

# 10: a table is gone.  What is left of it is not taken away for that.
my $GONE = qr/app\.t, which the migration works on, is gone/;
for my $swapped (0, 1)
{
    my ($schema, $end) = $swapped ? ('pgswap_\d+_blue', 'finish') : ('pgswap_\d+_green', 'abort');
    my @back = $swapped ? 'revert' : 'swap';
    my $when = $swapped ? 'swapped' : 'ready';
    my $begin = sub {
        make();
        $t->exits($t->pgswap('run', 'app.t', @ALTER, $swapped ? () : '--until=ready'), 0, $when);
        return $t->value("select c.oid::regclass from pg_class c where relname = 't' and relnamespace::regnamespace::text ~ '^$schema\$'");
    };
    for my $ddl ('drop table app.t', 'drop table app.t; create table app.t (id int primary key, n int, x text)')
    {
        my $standby = $begin->();
        $t->sql($ddl);
        fails($t->pgswap($_, 'app.t'), 10, $GONE, "$when, $ddl: $_") for 'verify', 'run', @back, $end;
        my $run = $t->pgswap($end, 'app.t');
        like($run->{err}, qr/$standby still exists.*SET SCHEMA.*pgswap $end/s, "$when, $ddl: $end says where the rows are");
        is($t->value("select count(*) from $standby"), 500, "$when, $ddl: they are");
        $t->sql("drop table if exists app.t; alter table $standby set schema app");
        $t->exits($t->pgswap($end, 'app.t'), 0, "$when, $ddl: $end when they are elsewhere");
        is($t->value('select count(*) from app.t'), 500, "$when, $ddl: … where they stay");
        $t->is_clean("$when, $ddl: nothing else is left");
    }
    my $standby = $begin->();
    $t->sql('alter table app.t rename to u');
    fails($t->pgswap($_, 'app.t'), 10, qr/app\.t was renamed to u/, "$when, renamed: $_") for 'verify', 'run', @back;
    $t->sql("alter table app.u rename to t; drop table $standby");
    fails($t->pgswap($_, 'app.t'), 10, qr/$schema\.t, which pgswap made, is gone/, "$when, a table of ours: $_") for 'verify', 'run', @back;
    $t->exits($t->pgswap($end, 'app.t'), 0, "$when, a table of ours: $end");
    is($t->value('select count(*) from app.t'), 500, "$when, a table of ours: the table is there");
    $t->is_clean("$when, a table of ours: nothing is left");
}

# 11: paused
make();
$t->exits($t->pgswap('run', 'app.t', @ALTER, '--until=ready'), 0, 'ready');
$t->exits($t->pgswap('pause', 'app.t'), 0, 'pause');
fails($t->pgswap('swap', 'app.t'), 11, qr/paused/, 'paused');
$t->exits($t->pgswap('abort', 'app.t'), 0, 'abort although it is paused');

# --version and --help
for my $option ('--help', '--version')
{
    my $run = $t->pgswap($option, { no_dbname => 1 });
    $t->exits($run, 0, $option);
    like($run->{out}, qr/pgswap/, "$option: on stdout");
    is($run->{err}, '', "$option: nothing on stderr");
}

done_testing();
