# The verifier is tested: a standby that is broken behind the program's back is found, exit 5, and the
# key named, each time; a standby that is not broken is not reported, whatever is pending.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Test;
use Test::More;

my $t = Pgswap::Test->start('verify');

$t->sql_as(owner => <<'SQL');
create table app.t (id int primary key, a text, b text, raw bytea, n numeric, f float8, j jsonb, arr int[], legacy int);
insert into app.t select i, 'a' || i, 'b' || i, decode(md5(i::text), 'hex'), i, i, to_jsonb(i), array[i], i
  from generate_series(1, 4000) i;
insert into app.t values (5001, null, '', '', 1.0, 0, '{}', '{}', 1), (5002, '', null, null, 1.00, 'NaN', null, null, null);
SQL
$t->exits($t->pgswap('run', 'app.t', '--alter',
    q{ALTER COLUMN id TYPE bigint, DROP COLUMN legacy, ADD COLUMN region text NOT NULL DEFAULT 'eu'}, '--until=ready'), 0, 'ready');
my $green = $t->value(q{select c.oid::regclass from pg_class c where relname = 't' and relnamespace::regnamespace::text ~ '^pgswap_\d+_green$'});
ok($green, 'the standby is there');

sub clean
{
    my ($name, $rows) = @_;
    my $run = $t->pgswap('verify', 'app.t');
    $t->exits($run, 0, $name);
    my $parity = $t->status('app.t')->{parity};
    is($parity->{state}, 'clean', "$name: recorded as clean");
    is($parity->{rows_different}, 0, "$name: no row differs");
    is($parity->{rows_compared}, $rows, "$name: every row was compared") if defined $rows;
    return;
}

# Breaks the standby, verifies, mends it with the inverse statement.
sub found
{
    my ($name, $damage, $inverse, @keys) = @_;
    $t->sql($damage =~ s/%T/$green/gr);
    my $run = $t->pgswap('verify', 'app.t');
    $t->exits($run, 5, $name);
    like($run->{out} . $run->{err}, qr/\b$_\b/, "$name: names key $_") for @keys;
    my $parity = $t->status('app.t')->{parity};
    is($parity->{state}, 'different', "$name: recorded as different");
    is($parity->{rows_different}, scalar @keys, "$name: counts the rows");
    my $json = $t->pgswap('verify', 'app.t', '--json');
    $t->exits($json, 5, "$name, --json");
    is($t->json($json)->{schema_version}, 1, "$name: --json is JSON");
    is($t->pgswap('swap', 'app.t')->{exit}, 5, "$name: swap refuses");
    is($t->value(q{select format_type(atttypid, null) from pg_attribute where attrelid = 'app.t'::regclass and attname = 'id'}),
        'integer', "$name: not swapped");
    $t->sql($inverse =~ s/%T/$green/gr);
    return;
}

clean('an untouched standby', 4002);

found('a flipped byte', 'update %T set raw = set_byte(raw, 0, get_byte(raw, 0) # 1) where id = 1234',
    'update %T set raw = set_byte(raw, 0, get_byte(raw, 0) # 1) where id = 1234', 1234);
clean('mended', 4002);
found('a dropped row', 'create schema keep; create table keep.k as select * from %T where id = 2345; delete from %T where id = 2345',
    'insert into %T select * from keep.k; drop schema keep cascade', 2345);
found('an added row', q{insert into %T (id, a) values (7777, 'x')}, 'delete from %T where id = 7777', 7777);
my $exchange = 'update %T x set a = y.a, b = y.b, raw = y.raw, n = y.n, f = y.f, j = y.j, arr = y.arr from %T y '
    . 'where (x.id, y.id) in ((3111, 3222), (3222, 3111))';
found('two rows with their payload exchanged', $exchange, $exchange, 3111, 3222);
found(q{NULL for ''}, 'update %T set b = null where id = 5001', q{update %T set b = '' where id = 5001}, 5001);
found(q{'' for NULL}, q{update %T set a = '' where id = 5001}, 'update %T set a = null where id = 5001', 5001);
found('a byte moved over a column border', q{update %T set a = 'a', b = '1500b1500' where id = 1500},
    q{update %T set a = 'a1500', b = 'b1500' where id = 1500}, 1500);
found('two columns exchanged', 'update %T set a = b, b = a where id = 1501', 'update %T set a = b, b = a where id = 1501', 1501);
found('1.00 for 1.0', 'update %T set n = 1.00 where id = 5001', 'update %T set n = 1.0 where id = 5001', 5001);
found('-0 for 0', q{update %T set f = '-0' where id = 5001}, 'update %T set f = 0 where id = 5001', 5001);
found('an array with another lower bound', q{update %T set arr = '[0:0]={9}' where id = 9}, q{update %T set arr = '{9}' where id = 9}, 9);
found('a new column with another value', q{update %T set region = 'us' where id = 10}, q{update %T set region = 'eu' where id = 10}, 10);
found('one more of the same change in two rows: they do not cancel out',
    q{update %T set a = 'same' where id in (20, 21)}, q{update %T set a = 'a' || id where id in (20, 21)}, 20, 21);

# Many differences: the first twenty and the total.
$t->sql("update $green set a = 'many' where id <= 100");
my $many = $t->pgswap('verify', 'app.t');
$t->exits($many, 5, 'a hundred differences');
like($many->{out} . $many->{err}, qr/\b100\b/, 'their number is told');
is($t->status('app.t')->{parity}{rows_different}, 100, 'their number is recorded');
$t->sql("update $green set a = 'a' || id where id <= 100");
clean('mended again', 4002);

# Pending keys are no differences, and do not hide any.
$t->sql(q{update app.t set a = 'pending' where id between 200 and 299; delete from app.t where id = 300; insert into app.t (id) values (6000)});
clean('with pending keys');
found('a flipped byte among pending keys', q{update %T set a = 'broken' where id = 150}, q{update %T set a = 'a150' where id = 150}, 150);

# With writers about, verify does not raise a false alarm.
my $pid = fork() // die "fork: $!";
if ($pid == 0)
{
    $SIG{__DIE__} = 'DEFAULT';
    my $dbh = $t->connect(user => undef);
    my $left = 3000;
    while ($left--)
    {
        my $id = 1 + int rand 4000;
        $dbh->do("update app.t set a = 'w$left' where id = $id");
        $dbh->do("delete from app.t where id = $id") if $left % 10 == 0;
    }
    POSIX::_exit(0);
}
clean("verify $_ under writes") for 1 .. 3;
waitpid $pid, 0;
is($?, 0, 'the writer wrote to its end');

# What empties or rewrites a table after the snapshot was taken and before it is read: TRUNCATE is not
# MVCC-safe, and the number of blocks is another.
for my $statement ("truncate app.t; insert into app.t (id, a) values (1, 'new')",
    'insert into app.t (id) select generate_series(10, 3000)', 'vacuum full app.t', "truncate $green")
{
    my $point = $t->hold('parity-begun');
    my $run = $t->spawn('verify', 'app.t', '--pause-at', 'parity-begun');
    my $other = $t->connect(user => undef);
    $t->arrived($point, $run);
    $t->async($other, $statement);
    $statement =~ /^insert/ ? $t->done($other) : $t->blocked($other);
    $t->let_go($point);
    $t->exits($t->reap($run), 0, "$statement, just before the reading");
    $t->done($other) if $statement !~ /^insert/;
    $other->disconnect;
}
$t->exits($t->pgswap('swap', 'app.t'), 5, 'a standby emptied after the comparison is compared again');
$t->sql('update app.t set a = a');

# Somebody holds the table: the comparison waits as long as --swap-deadline says, and ends.
for my $command ('verify', 'swap')
{
    my $name = "$command, and somebody holds the table";
    $t->sql('delete from pgswap.parity') if $command eq 'swap'; # so that it compares again
    my $blocker = $t->connect(user => undef);
    $blocker->do('begin; lock table app.t in access exclusive mode');
    my $run = $t->reap($t->spawn($command, 'app.t', '--swap-deadline', '2s'), 90);
    $t->exits($run, 6, $name);
    like($run->{err}, qr/\block\b/, "$name: says why");
    like($run->{err}, qr/^pgswap: context: \S.*? \(\w+\)$/m, "$name: and at which statement");
    $blocker->disconnect;
}
clean('the lock is gone', undef);

my $swap = $t->pgswap('swap', 'app.t');
$t->exits($swap, 0, 'the swap after all that');
is($t->value(q{select count(*) from app.t}), 2992, 'the writes are there');
$t->exits($t->pgswap('finish', 'app.t'), 0, 'finish');
$t->exits($t->pgswap('verify', 'app.t'), 1, 'verify without a migration is a fault of usage');

done_testing();
