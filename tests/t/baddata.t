# Data that does not fit: exit 3 with column, SQLSTATE and the key of the row; live untouched; then
# either abort removes everything, or run goes on after the data was mended.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Oracle;
use Pgswap::Test;
use Test::More;

my $t = Pgswap::Test->start('baddata');
my $writer = $t->connect(user => 'writer');

# A table of 3000 rows: id, code text, n int, note text; then what the case does to it.
sub make
{
    my ($table, $damage) = @_;
    $t->sql_as(owner => "create table $table (id int primary key, code text, n int, note text);"
        . "insert into $table select i, i::text, i, 'note ' || i from generate_series(1, 3000) i;"
        . "grant select, insert, update, delete on $table to writer;" . ($damage // ''));
    return;
}

# The error names all it has to; the table is as it was and can be written.
sub says
{
    my ($name, $run, $table, @patterns) = @_;
    $t->exits($run, 3, $name);
    like($run->{err}, $_, "$name: says $_") for @patterns;
    unlike($run->{err}, qr/^pgswap: error: .*\Q$table\E.*\Q$table\E/m, "$name: names the table once");
    ok($writer->do("update $table set note = 'written' where id = 17"), "$name: the table can be written");
    return;
}

# case: damage, change, patterns, mend.  Once it is mended and run again, once aborted.
sub bad
{
    my ($name, $damage, $change, $patterns, $mend, %oracle) = @_;
    for my $way ('mend', 'abort')
    {
        my $table = "app.$way";
        make($table, $damage =~ s/%T/$table/gr);
        my $schema = $t->schema;
        my @line = ('run', $table, '--alter', $change, '--chunk-blocks', 4, '--no-revert');
        says("$name, $way", $t->pgswap(@line), $table, @$patterns);
        if ($way eq 'abort')
        {
            $t->exits($t->pgswap('abort', $table), 0, "$name: abort");
            $t->is_clean("$name: abort leaves nothing");
            is($t->schema, $schema, "$name: the table is as it was");
        }
        else
        {
            $t->sql($mend =~ s/%T/$table/gr);
            $t->sql("create schema mirror; create table mirror.m as table $table");
            $t->exits($t->pgswap(@line), 0, "$name: run again after mending") or $t->pgswap('abort', $table);
            is_deeply(Pgswap::Oracle::compare($t->{admin}, 'mirror.m', $table, key => ['id'], %oracle)->{differences},
                [], "$name: equal");
            $t->exits($t->pgswap('finish', $table), 0, "$name: finish");
            $t->sql('drop schema mirror cascade');
        }
        $t->sql("drop table $table");
    }
    return;
}

bad('a text that is no number', q{update %T set code = 'abc' where id = 1234},
    'ALTER COLUMN code TYPE int USING code::int', [ qr/\bcode\b/, qr/22P02/, qr/\b1234\b/, qr/abc/ ],
    q{update %T set code = '5' where id = 1234});
bad('a number out of range', 'update %T set n = 2000000000 where id = 2222',
    'ALTER COLUMN n TYPE int USING (n * 100)', [ qr/\bn\b/, qr/22003/, qr/\b2222\b/ ],
    'update %T set n = 1 where id = 2222; update %T set n = n % 1000', map => { n => 'n * 100' });
bad('a text too long', q{update %T set note = repeat('x', 90) where id = 1},
    'ALTER COLUMN note TYPE varchar(40)', [ qr/\bnote\b/, qr/22001/, qr/=\(1\)|\bid\W+1\b/ ],
    q{update %T set note = 'short' where id = 1});
bad('NULL under a new NOT NULL', 'update %T set n = null where id = 2999',
    'ALTER COLUMN n SET NOT NULL, ALTER COLUMN n TYPE bigint', [ qr/\bn\b/, qr/23502/, qr/\b2999\b/ ],
    'update %T set n = 0 where id = 2999');
bad('a row that breaks a new CHECK', 'update %T set n = -5 where id = 1500',
    'ADD CONSTRAINT n_positive CHECK (n > 0), ALTER COLUMN n TYPE bigint', [ qr/n_positive/, qr/23514/, qr/\b1500\b/ ],
    'update %T set n = 5 where id = 1500');
bad('a duplicate under a new UNIQUE', 'update %T set n = 1111 where id = 2345',
    'ADD CONSTRAINT n_once UNIQUE (n), ALTER COLUMN n TYPE bigint', [ qr/n_once/, qr/23505/, qr/\b1111\b/, qr/\b2345\b/ ],
    'update %T set n = 9999 where id = 2345');
# A key whose values could become equal is refused before anything starts.
make('app.equal');
for my $change ('ALTER COLUMN id TYPE int USING id % 1000000', 'ALTER COLUMN id TYPE varchar(3)')
{
    $t->exits($t->pgswap('run', 'app.equal', '--alter', $change, '--no-revert'), 4, "refused: $change");
}

# Bad data that comes while the run is in sync: the swap stops, nothing is lost, it can go on.
make('app.late');
$t->sql('create schema mirror; create table mirror.late as table app.late');
$t->exits($t->pgswap('run', 'app.late', '--alter', 'ALTER COLUMN code TYPE int USING code::int', '--until=ready', '--no-revert'), 0, 'ready');
$writer->do(q{update app.late set code = 'late', note = 'good' where id = 777});
says('a bad value after ready', $t->pgswap('swap', 'app.late'), 'app.late', qr/\bcode\b/, qr/22P02/, qr/\b777\b/);
is($t->value(q{select format_type(atttypid, null) from pg_attribute where attrelid = 'app.late'::regclass and attname = 'code'}),
    'text', 'a bad value after ready: not swapped');
$writer->do(q{update app.late set code = '42' where id = 777});
$t->sql(q{update mirror.late set code = '42', note = 'good' where id = 777; update mirror.late set note = 'written' where id = 17});
$t->exits($t->pgswap('swap', 'app.late'), 0, 'swap after mending');
is_deeply(Pgswap::Oracle::compare($t->{admin}, 'mirror.late', 'app.late', key => ['id'])->{differences}, [], 'equal');
$t->exits($t->pgswap('finish', 'app.late'), 0, 'finish');

# A duplicate that comes while in sync names both keys, too.
make('app.twice');
$t->exits($t->pgswap('run', 'app.twice', '--alter', 'ADD CONSTRAINT code_once UNIQUE (code), ALTER COLUMN n TYPE bigint',
    '--until=ready'), 0, 'ready with a new UNIQUE');
$writer->do(q{update app.twice set code = '1357' where id = 2468});
says('a duplicate after ready', $t->pgswap('swap', 'app.twice'), 'app.twice', qr/code_once/, qr/23505/, qr/\b1357\b/, qr/\b2468\b/);
$t->exits($t->pgswap('abort', 'app.twice'), 0, 'abort');
$t->is_clean('abort leaves nothing');

# Existing rows may break a NOT VALID check; it stays NOT VALID.
make('app.lax', 'alter table app.lax add constraint lax_check check (n > 10) not valid');
$t->exits($t->pgswap('run', 'app.lax', '--alter', 'ALTER COLUMN n TYPE bigint'), 0, 'a broken NOT VALID check');
is($t->value(q{select convalidated from pg_constraint where conname = 'lax_check' and conrelid = 'app.lax'::regclass}), 0,
    'it is still NOT VALID');
eval { $writer->do('insert into app.lax (id, n) values (5000, 1)') };
like($@, qr/lax_check/, 'and still enforced for new rows');
$t->exits($t->pgswap('finish', 'app.lax'), 0, 'finish');
$t->is_clean('nothing is left');

done_testing();
