# Every shape of table: what can be a key, what columns may hold, what names may look like.  Each is
# changed with --until=ready, written to in every way, then swapped and compared with its mirror.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Oracle;
use Pgswap::Test;
use Test::More;

my $t = Pgswap::Test->start('shapes');
my $count = 0;

# Key types: name => [type, expression over i that gives a key].
my %KEYS = (
    int => [ 'int', 'i - 500' ],
    bigint => [ 'bigint', 'i::bigint * 9007199254740993' ],
    smallint => [ 'smallint', 'i' ],
    uuid => [ 'uuid', 'md5(i::text)::uuid' ],
    text => [ 'text', q{'k ''"\\' || i || chr(228 + i % 50)} ],
    varchar => [ 'varchar(40)', q{lpad(i::text, 12, ' ')} ],
    char => [ 'char(12)', q{'c' || i} ],
    c_text => [ 'text collate "C"', q{repeat('x', i % 100) || i} ],
    numeric => [ 'numeric', q{(i / 7.0)::numeric + i} ],
    timestamptz => [ 'timestamptz', q{'1999-12-31 23:59:59.123456+00'::timestamptz + i * '1 h 1 us'::interval} ],
    date => [ 'date', q{'0044-03-15 BC'::date + i} ],
    bytea => [ 'bytea', q{decode(md5(i::text), 'hex') || '\x00ff5c'::bytea} ],
    float => [ 'float8', q{i / 3.0::float8 * case i % 2 when 0 then 1 else -1 end} ],
    inet => [ 'inet', q{'10.0.0.0'::inet + i} ],
    interval => [ 'interval', q{i * '1 day'::interval} ],
    enum => [ 'app.colour', q{('e' || i)::app.colour} ],
    domain => [ 'app.positive', 'i' ],
    nondeterministic => [ 'text collate app.ci', q{case i % 2 when 0 then 'ÄPFEL' else 'äpfel' end || i} ],
);

# Tests one table.  how: setup, alter (or options), dml (statements with %T), and for the oracle key,
# map, dropped, skip.  table and mirror are quoted names; the mirror is what dml makes of a copy.
sub shape
{
    my ($name, %how) = @_;
    my $table = $how{table} // 'app.t' . ++$count;
    my $mirror = 'mirror.m' . ++$count;
    my $literal = $t->{admin}->quote($table);
    (my $setup = $how{setup}) =~ s/%T/$table/g;
    $t->sql_as(owner => $setup);
    $t->sql("create table $mirror as table $table");
    my @options = $how{options} ? @{ $how{options} } : ('--alter', $how{alter});
    my $run = $t->pgswap('run', $table, @options, '--until=ready', '--chunk-blocks', 8);
    return unless $t->exits($run, 0, "$name: run");
    for my $statement (@{ $how{dml} // [] })
    {
        (my $sql = $statement) =~ s/%T/$table/g;
        $t->sql_as(owner => $sql);
        ($sql = $statement) =~ s/%T/$mirror/g;
        $t->sql($sql);
    }
    my $swap = $t->pgswap('swap', $table);
    return unless $t->exits($swap, 0, "$name: swap");
    my $found = Pgswap::Oracle::compare($t->{admin}, $mirror, $table, map { $_ => $how{$_} // undef } qw(key map dropped skip));
    is_deeply($found->{differences}, [], "$name: equal");
    cmp_ok($found->{right}, '>=', $how{rows}, "$name: rows are there") if $how{rows};
    is($t->value("select count(*) from pg_index where indrelid = $literal\::regclass and not (indisvalid and indisready)"), 0,
        "$name: all indexes are valid");
    $t->exits($t->pgswap('finish', $table), 0, "$name: finish");
    return;
}

$t->sql(q{grant create on database shop to owner; create schema mirror});
$t->sql_as(owner => q{create collation app.ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false)});
$t->sql_as(owner => 'create type app.colour as enum (' . join(', ', map { "'e$_'" } 1 .. 600) . ')');
$t->sql_as(owner => 'create domain app.positive as int check (value > 0)');

for my $name (sort keys %KEYS)
{
    my ($type, $key) = @{ $KEYS{$name} };
    my $at = sub { (my $sql = $key) =~ s/\bi\b/$_[0]/g; $sql };
    my $plain = $type =~ s/ collate .*//r;
    shape("key $name", key => ['k'], rows => 400, alter => 'ALTER COLUMN n TYPE bigint, ADD COLUMN extra int DEFAULT 5',
        map => { extra => '5' },
        setup => "create table %T (payload text, k $type primary key, n int);"
            . "insert into %T select 'p' || i, $key, i from generate_series(1, 500) i",
        dml => [
            'update %T set n = n + 1 where n % 3 = 0',
            "update %T set k = (@{[$at->(550)]})::$plain, payload = 'moved' where n = 5",
            'delete from %T where n between 100 and 130',
            "insert into %T select 'new', $key, i from generate_series(510, 520) i",
            "update %T set payload = null where n > 480",
        ]);
}

# A nondeterministic key that changes only in case is the same key with another value.
shape('key that changes only in case', key => ['k'], rows => 2, alter => 'ALTER COLUMN n TYPE bigint',
    setup => q{create table %T (k text collate app.ci primary key, n int); insert into %T values ('Äpfel', 1), ('b', 2)},
    dml => [ q{update %T set k = 'äPFEL'}.q{ where n = 1}, q{update %T set k = upper(k) where n = 2} ]);

shape('composite key, not in front, columns apart', key => [ 'b', 'a' ], rows => 300, alter => 'ALTER COLUMN a TYPE bigint',
    setup => 'create table %T (x text, a int, y text, b text, z int, primary key (b, a));'
        . q{insert into %T select 'x', i % 50, null, 'b' || i / 50, i from generate_series(1, 400) i},
    dml => [ q{delete from %T where b = 'b1' and a = 7}, q{update %T set a = a + 1000 where b = 'b2'},
        q{update %T set b = 'zz' where a = 9 and b = 'b4'}, q{update %T set z = null where b = 'b3'} ]);

shape('a unique index instead of a primary key', key => ['code'], rows => 90, alter => 'ALTER COLUMN n TYPE bigint',
    setup => 'create table %T (n int, code text not null); create unique index on %T (code);'
        . q{insert into %T select i, 'code' || i from generate_series(1, 100) i},
    dml => [ q{update %T set code = 'other' where n = 1}, 'delete from %T where n = 2' ]);

shape('a deferrable primary key beside a usable unique index', key => ['code'], rows => 90, alter => 'ALTER COLUMN n TYPE bigint',
    setup => 'create table %T (n int primary key deferrable, code int not null unique);'
        . 'insert into %T select i, i from generate_series(1, 100) i',
    dml => [ 'update %T set n = n + 1', 'update %T set n = 103 - n where n in (3, 100)' ]);

shape('the key column changes type and name', key => ['number'], rows => 90,
    options => [ '--alter', 'ALTER COLUMN id TYPE numeric', '--alter', 'RENAME COLUMN id TO number', '--no-revert' ],
    map => { number => 'id' }, dropped => ['id'],
    setup => 'create table %T (id int primary key, n int); insert into %T select i, i from generate_series(1, 100) i',
    dml => [ 'update %T set id = 500 where id = 5', 'delete from %T where id = 6', 'insert into %T values (6, 66), (101, 1)' ]);

shape('the key becomes text', key => ['id'], rows => 90, options => [ '--alter', 'ALTER COLUMN id TYPE text', '--no-revert' ], map => { id => 'id::text' },
    setup => 'create table %T (id int primary key, n int); insert into %T select i, i from generate_series(1, 100) i',
    dml => [ 'update %T set id = 500 where id = 5', 'delete from %T where id = 6', 'insert into %T values (6, 66)' ]);

shape('200 columns', key => ['c1'], rows => 290, alter => 'ALTER COLUMN c200 TYPE bigint, DROP COLUMN c100, ADD COLUMN c201 int',
    map => { c201 => 'null::int' }, dropped => ['c100'],
    setup => 'create table %T (' . join(', ', 'c1 int primary key', map { "c$_ " . ($_ % 2 ? 'text' : 'int') } 2 .. 200) . ');'
        . 'insert into %T select ' . join(', ', 'i', map { $_ % 7 ? "i + $_" : 'null' } 2 .. 200) . ' from generate_series(1, 300) i',
    dml => [ 'update %T set c150 = null, c151 = null where c1 < 20', 'delete from %T where c1 = 21' ]);

shape('megabytes out of line', key => ['id'], rows => 6, alter => 'ALTER COLUMN n TYPE bigint',
    setup => 'create table %T (id int primary key, plain text, packed text, raw bytea, n int);'
        . 'alter table %T alter plain set storage external;'
        . q{insert into %T select i, repeat(md5(i::text), 100000), repeat('ab', 2000000),}
        . q{ decode(repeat(md5(i::text), 50000), 'hex'), i from generate_series(1, 6) i},
    dml => [ q{update %T set n = 0 where id = 1}, q{update %T set plain = repeat('z', 3000000) where id = 2},
        q{update %T set raw = null where id = 3} ]);

shape('rows of NULLs', key => ['id'], rows => 100, alter => 'ALTER COLUMN a TYPE bigint, ALTER COLUMN d SET DEFAULT 7',
    setup => 'create table %T (id int primary key, a int, b text, c bytea, d int default 3, e jsonb, f int[]);'
        . 'insert into %T select i from generate_series(1, 50) i; insert into %T select i, null, null, null, null from generate_series(51, 100) i',
    dml => [ 'update %T set d = null where id = 1', q{update %T set b = '' where id = 2} ]);

shape('an empty table', key => ['id'], alter => 'ALTER COLUMN id TYPE bigint', setup => 'create table %T (id int primary key, n int)');
shape('an empty table that is filled', key => ['id'], rows => 3, alter => 'ALTER COLUMN id TYPE bigint',
    setup => 'create table %T (id int primary key, n int)', dml => [ 'insert into %T values (1, 1), (2, null), (3, 3)' ]);
shape('one row', key => ['id'], rows => 1, alter => 'ALTER COLUMN id TYPE bigint',
    setup => 'create table %T (id int primary key, n int); insert into %T values (1, null)');
shape('a table emptied', key => ['id'], alter => 'ALTER COLUMN id TYPE bigint',
    setup => 'create table %T (id int primary key); insert into %T select generate_series(1, 1000)', dml => ['delete from %T']);

shape('dropped columns', key => ['id'], rows => 99, alter => 'ALTER COLUMN n TYPE bigint, DROP COLUMN gone', dropped => ['gone'],
    setup => 'create table %T (a int, b text, id int primary key, c text, n int, gone int);'
        . q{insert into %T select i, 'b', i, 'c', i, i from generate_series(1, 100) i;}
        . 'alter table %T drop column a, drop column c; alter table %T add column d text default $$later$$',
    dml => [ 'update %T set id = 1000 where id = 1', 'delete from %T where id = 2' ]);

shape('values whose text hides something', key => ['id'], rows => 12, alter => 'ALTER COLUMN id TYPE bigint',
    setup => q{create table %T (id int primary key, f float8, g float4, n numeric, j jsonb, k json, a int[], d interval, ts timestamp, x xml, c char(9), r int4range, t tsvector, b bit varying(9))},
    dml => [
        q{insert into %T (id, f, g, n) values (1, '-0', 'NaN', 1.0), (2, 0, '-Infinity', 1.00), (3, 1e-300, 1.1, 'NaN'), (4, 0.1 + 0.2, 3.4e38, 1e-20)},
        q{insert into %T (id, j, k, a, d) values (5, '{"b":1, "a":1.0}', '{"b":1, "a":1.0, "a":2}', '[0:2]={1,null,3}', '1 mon 30 days 1 us'),
          (6, 'null', 'null', '{}', '-1 day +1 h'), (7, '"\u00e4"', '[]', '{{1,2},{3,4}}', '0')},
        q{insert into %T (id, ts, x, c, r, t, b) values (8, 'infinity', '<a b="c"/>', 'ab', '[1,5)', 'a:1 b:2A', b'0101'),
          (9, '-infinity', null, '', 'empty', '', b''), (10, '4713-01-01 BC', '', '   ', '(,)', null, b'1'),
          (11, '294276-12-31 23:59:59.999999', 'x', null, null, null, null), (12, null, null, null, null, null, null)},
    ]);

# A domain with a default, or NOT NULL, as key: TRUNCATE is seen and does not fail.
sub rows
{
    my ($table) = @_;
    return $t->value("select string_agg(x::text, ' ' order by x::text) from $table as x");
}

for my $rules ('default 5', 'not null')
{
    my $table = $rules =~ /default/ ? 'app.d1' : 'app.d2';
    (my $domain = $table) =~ s/d(\d)/dom$1/;
    $t->sql_as(owner => "create domain $domain as int $rules; create table $table (id $domain primary key, v text);"
        . "insert into $table select i, 'old' from generate_series(1, 10) i");
    $t->exits($t->pgswap('run', $table, '--alter', 'ALTER COLUMN v TYPE varchar(50)', '--until=ready'), 0, "key of a domain $rules: ready");
    $t->sql("truncate $table; insert into $table values (100, 'new')");
    $t->exits($t->pgswap('swap', $table), 0, "key of a domain $rules: swap");
    is(rows($table), '(100,new)', "key of a domain $rules: what was truncated is gone");
    $t->sql("truncate $table; insert into $table values (7, 'back')");
    $t->exits($t->pgswap('revert', $table), 0, "key of a domain $rules: revert");
    is(rows($table), '(7,back)', "key of a domain $rules: and on the way back");
    $t->exits($t->pgswap('abort', $table), 0, "key of a domain $rules: abort");
}

# Names.
my $long = 'l' x 63;
my @NAMES = ('Capital', 'with space', 'a.dot', q{it's}, 'dou"ble', '$1', 'percent%s', ':colon', 'back\\slash', 'select', 'user',
    'tabelle_äöü', $long, ';drop table x;--', '--', ' ');
for my $name (@NAMES)
{
    (my $quoted = $name) =~ s/"/""/g;
    my $constraint = '"' . ($quoted =~ s/^(.{0,62}).*/$1p/sr) . '"';
    $quoted = qq{"$quoted"};
    my $schema = $count % 2 ? $quoted : 'app';
    $t->sql("create schema if not exists $schema authorization owner") if $schema ne 'app';
    shape("the name $name", table => "$schema.$quoted", key => [ $name, 'order' ], rows => 45,
        alter => qq{ALTER COLUMN $quoted TYPE bigint, ADD COLUMN "New $long" int},
        map => { substr("New $long", 0, 63) => 'null::int' },
        setup => qq{create table %T ($quoted int, "order" text, "group" int, constraint $constraint primary key ($quoted, "order"));}
            . qq{insert into %T select i, 'x', i from generate_series(1, 50) i; create index on %T ("group")},
        dml => [ qq{update %T set $quoted = 100 where $quoted = 1}, qq{delete from %T where $quoted in (2, 3)} ]);
}
$t->is_clean('nothing is left of all of them');

done_testing();
