# What pg-osc loses silently, each as a case: nothing of it is lost here.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Oracle;
use Pgswap::Test;
use Test::More;

my $t = Pgswap::Test->start('pgosc');
my $count = 0;

# Makes a table, starts, writes while it is in sync (and, with in_copy, during the copy), swaps and
# compares.  %T stands for the table or its mirror.
sub kept
{
    my ($name, %how) = @_;
    my ($table, $mirror) = ('app.t' . ++$count, "mirror.t$count");
    $t->sql_as(owner => $how{setup} =~ s/%T/$table/gr);
    $t->sql("create table $mirror as table $table");
    my $point = $t->hold('chunk-read');
    my $run = $t->spawn('run', $table, '--alter', $how{alter} // 'ALTER COLUMN n TYPE bigint', '--until=ready',
        '--chunk-blocks', 4, '--no-revert', '--pause-at', 'chunk-read');
    $t->arrived($point, $run);
    my $half = $how{dml} ? int(@{ $how{dml} } / 2) : 0;
    write_both($table, $mirror, $how{session}, @{ $how{dml} // [] }[ 0 .. $half - 1 ]) unless $how{only_ready};
    $t->let_go($point);
    $t->exits($t->reap($run), 0, "$name: ready") or return;
    write_both($table, $mirror, $how{session}, @{ $how{dml} // [] }[ ($how{only_ready} ? 0 : $half) .. $#{ $how{dml} // [] } ]);
    $t->exits($t->pgswap('swap', $table), 0, "$name: swap") or return;
    my $found = Pgswap::Oracle::compare($t->{admin}, $mirror, $table, key => $how{key} // ['id'], map => $how{map});
    is_deeply($found->{differences}, [], "$name: equal");
    $how{check}->($table) if $how{check};
    $t->exits($t->pgswap('finish', $table), 0, "$name: finish");
    return;
}

sub write_both
{
    my ($table, $mirror, $session, @statements) = @_;
    my $dbh = $t->connect(user => undef);
    $dbh->do($session) if $session;
    for my $statement (@statements)
    {
        $dbh->do($statement =~ s/%T/$_/gr) for $table, $mirror;
    }
    return;
}

my $ROWS = q{create table %T (id int primary key, n int, note text default 'default', at timestamptz default now());
    insert into %T select i, i, 'note', '2020-01-01' from generate_series(1, 2000) i};

$t->sql('create schema mirror');
kept('a column is set to NULL', setup => $ROWS,
    dml => [ 'update %T set note = null where id = 1', 'update %T set n = null, at = null where id = 1999',
        'update %T set note = null where id = 2', 'update %T set n = null, at = null where id = 1998' ],
    check => sub { is($t->value("select count(*) from $_[0] where note is null"), 2, 'they are NULL') });
kept('an explicit NULL in a column with a default', setup => $ROWS,
    dml => [ 'insert into %T values (5001, 1, null, null)', 'insert into %T values (5002, null, null, null)' ],
    check => sub { is($t->value("select count(*) from $_[0] where note is null and at is null"), 2, 'they are NULL') });
kept('a change of the primary key', setup => $ROWS,
    dml => [ 'update %T set id = 9001 where id = 1', 'update %T set id = 9002 where id = 2',
        'update %T set id = id + 100000 where id > 1900', 'update %T set id = 9003 where id = 9001' ],
    check => sub { is($t->value("select count(*) from $_[0]"), 2000, 'no row is lost, none twice') });
kept('a delete on a composite key', key => [ 'a', 'b' ],
    setup => 'create table %T (a int, b int, n int, primary key (a, b)); insert into %T select i % 40, i / 40, i from generate_series(0, 1999) i',
    dml => [ 'delete from %T where a = 1 and b = 2', 'delete from %T where a = 39 and b = 49',
        'delete from %T where a = 2 and b = 1', 'delete from %T where a = 5' ],
    check => sub { is($t->value("select count(*) from $_[0]"), 1947, 'only those are gone') });
kept('TRUNCATE', setup => $ROWS, dml => [ 'truncate %T', q{insert into %T values (1, 1, 'new', null)} ], only_ready => 1,
    check => sub { is($t->value("select count(*) from $_[0]"), 1, 'truncated rows do not come back') });
kept('USING', setup => $ROWS, alter => 'ALTER COLUMN n TYPE numeric USING (n * 100 + id)', map => { n => '(n * 100 + id)' },
    dml => [ 'update %T set n = 7 where id = 3', 'insert into %T values (6000, 60, null, null)' ]);
kept('writes under session_replication_role = replica', setup => $ROWS, session => 'set session_replication_role = replica',
    dml => [ 'update %T set n = 5 where id = 4', 'delete from %T where id = 5', 'insert into %T values (7000, 7, null, null)',
        'update %T set id = 8000 where id = 6', 'delete from %T where id = 7' ]);
my $evil = q{'x''); drop table app.victim; --'};
$t->sql_as(owner => 'create table app.victim (id int)');
kept('a text key that looks like SQL', setup => "create table %T (id text primary key, n int); insert into %T values ($evil, 1), ('a', 2)",
    dml => [ "update %T set n = 2 where id = $evil", q{update %T set id = id || '$$; drop table app.victim; $$' where id = 'a'},
        "delete from %T where id = $evil", "insert into %T values ($evil, 3)" ],
    check => sub { is($t->value(q{select to_regclass('app.victim')}), 'app.victim', 'it is not executed') });

# A transaction of 5000 rows that commits while the swap waits for its lock.
$t->sql_as(owner => 'create table app.big (id int primary key, n int); insert into app.big select i, i from generate_series(1, 6000) i');
$t->exits($t->pgswap('run', 'app.big', '--alter', 'ALTER COLUMN n TYPE bigint', '--until=ready'), 0, 'a 5000-row transaction: ready');
my $point = $t->hold('before-swap');
my $swap = $t->spawn('swap', 'app.big', '--pause-at', 'before-swap', '--lock-timeout', '5min', '--blocker-age', '10min');
$t->arrived($point, $swap);
my $large = $t->connect(user => undef);
$large->do('begin; update app.big set n = -n where id <= 5000');
$t->let_go($point);
$t->swap_waits('app.big', $swap);
$large->do('commit');
$t->exits($t->reap($swap), 0, 'a 5000-row transaction: swap');
is($t->value('select count(*) from app.big where n = -id'), 5000, 'a 5000-row transaction: no update is lost');
$t->exits($t->pgswap('finish', 'app.big'), 0, 'a 5000-row transaction: finish');

# Two runs at the same time do not write into each other's tables.
my @pair = ('app.left', 'app.right');
my (@points, @runs);
for my $table (@pair)
{
    $t->sql_as(owner => "create table $table (id int primary key, n int, who text);"
        . "insert into $table select i, i, '$table' from generate_series(1, 3000) i");
    push @runs, $t->spawn('run', $table, '--alter', 'ALTER COLUMN n TYPE bigint', '--chunk-blocks', 2);
}
while (grep { $t->lives($_) } @runs)
{
    $t->sql("update $_ set n = n + 1 where id % 50 = 1") for @pair;
}
for my $at (0, 1)
{
    $t->exits($runs[$at], 0, "two runs: $pair[$at]");
    is($t->value("select count(*) from $pair[$at] where who = '$pair[$at]'"), 3000, "two runs: $pair[$at] has its rows");
    is($t->value("select count(distinct n - id) from $pair[$at] where id % 50 = 1"), 1, "two runs: $pair[$at] has its updates");
    $t->exits($t->pgswap('finish', $pair[$at]), 0, "two runs: finish $pair[$at]");
}

# A partition is not detached, it is refused.
$t->sql_as(owner => 'create table app.root (id int primary key, n int) partition by range (id);'
    . 'create table app.leaf partition of app.root for values from (0) to (10)');
$t->exits($t->pgswap('run', 'app.leaf', '--alter', 'ALTER COLUMN n TYPE bigint'), 4, 'a partition is refused');
is($t->value(q{select count(*) from pg_inherits where inhparent = 'app.root'::regclass}), 1, 'and stays a partition');

# Names and sequences stay (the rest of the metadata: basic.t; what is refused: refuse.t).
$t->sql_as(owner => 'create table app.names (id serial primary key, n int constraint n_check check (n > 0) unique);'
    . 'create index app_names_ix on app.names (n, id); insert into app.names (n) select generate_series(1, 100)');
my $names = q{select 'i' || indexrelid::regclass from pg_index where indrelid = 'app.names'::regclass
    union all select 'c' || conname from pg_constraint where conrelid = 'app.names'::regclass
    union all select 's' || pg_get_serial_sequence('app.names', 'id') order by 1};
my $before = $t->rows($names);
$t->exits($t->pgswap('run', 'app.names', '--alter', 'ALTER COLUMN id TYPE bigint'), 0, 'names: run');
is_deeply($t->rows($names), $before, 'names of indexes, constraints and sequences stay');
is($t->value('insert into app.names (n) values (101) returning id'), 101, 'the sequence goes on');
$t->exits($t->pgswap('finish', 'app.names'), 0, 'names: finish');
is($t->value('insert into app.names (n) values (102) returning id'), 102, 'also after finish');
$t->is_clean('nothing is left');

done_testing();
