# The ways to say what shall change: several --alter, USING, RENAME, --map, a file; and that their
# outcome is PostgreSQL's own.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Oracle;
use Pgswap::Test;
use PostgreSQL::Test::Utils qw(append_to_file);
use Test::More;

my $t = Pgswap::Test->start('change');
$t->sql('create schema mirror');
my $count = 0;

# Runs a change on a fresh table; compares data with the oracle and the definition with a plain table
# on which "plain" was done.
sub changed
{
    my ($name, %how) = @_;
    my ($table, $mirror) = ('app.t', 'mirror.t' . ++$count);
    my $setup = q{create table %T (id int primary key, total numeric not null, name text, d date default '2020-01-01',
        constraint t_total_check check (total >= 0)); create index t_name_idx on %T (name);
        insert into %T select i, i / 4.0, 'n' || i from generate_series(1, 2000) i};
    $t->sql_as(owner => $setup =~ s/%T/$table/gr);
    $t->sql("create table $mirror as table $table; create schema plain authorization owner");
    $t->sql_as(owner => 'set search_path = plain; ' . ($setup =~ s/%T/plain.t/gr) . '; ' . $how{plain});
    my $run = $t->pgswap('run', $table, '--no-revert', @{ $how{options} });
    if ($t->exits($run, 0, $name))
    {
        my $found = Pgswap::Oracle::compare($t->{admin}, $mirror, $table, key => $how{key} // ['id'], map { $_ => $how{$_} } qw(map dropped));
        is_deeply($found->{differences}, [], "$name: equal");
        is($found->{right}, 2000, "$name: all rows");
        is_deeply(definition('app'), definition('plain'), "$name: the definition is PostgreSQL's own");
        $how{check}->() if $how{check};
        $t->exits($t->pgswap('finish', $table), 0, "$name: finish");
    }
    $t->sql('drop schema plain cascade; drop table app.t');
    return;
}

# Columns, constraints and indexes of <schema>.t as text.
sub definition
{
    my ($schema) = @_;
    my $rows = $t->rows(<<~SQL);
        select attname || ' ' || format_type(atttypid, atttypmod) || ' ' || attnotnull
            || coalesce(' ' || pg_get_expr(adbin, adrelid), '') || attidentity::text || attgenerated::text
          from pg_attribute a left join pg_attrdef on adrelid = attrelid and adnum = attnum
         where attrelid = '$schema.t'::regclass and attnum > 0 and not attisdropped
        union all
        select conname || ' ' || pg_get_constraintdef(oid) || convalidated::text from pg_constraint where conrelid = '$schema.t'::regclass
        union all
        select replace(pg_get_indexdef(indexrelid), '$schema.', '') from pg_index where indrelid = '$schema.t'::regclass
        order by 1
        SQL
    return [ map { $_->[0] } @$rows ];
}

changed('USING',
    options => [ '--alter', 'ALTER COLUMN total TYPE bigint USING (total * 100)::bigint' ],
    plain => 'alter table t alter column total type bigint using (total * 100)::bigint',
    map => { total => '(total * 100)::bigint' });
changed('several --alter and RENAME COLUMN',
    options => [ '--alter', 'ALTER COLUMN id TYPE bigint', '--alter', 'RENAME COLUMN name TO label',
        '--alter', q{ADD COLUMN region text NOT NULL DEFAULT 'eu', ALTER label SET NOT NULL} ],
    plain => q{alter table t alter column id type bigint; alter table t rename column name to label;
        alter table t add column region text not null default 'eu', alter label set not null},
    map => { label => 'name', region => q('eu') }, dropped => ['name']);
changed('columns that exchange their names',
    options => [ '--alter', 'RENAME COLUMN name TO x', '--alter', 'ADD COLUMN name int', '--alter', 'ALTER COLUMN id TYPE bigint' ],
    plain => 'alter table t rename column name to x; alter table t add column name int; alter table t alter column id type bigint',
    map => { x => 'name', name => 'null::int' });
changed('--map for a new column',
    options => [ '--alter', 'ADD COLUMN cents bigint NOT NULL, ALTER COLUMN id TYPE bigint', '--map', 'cents=(total * 100)::bigint' ],
    plain => 'delete from t; alter table t add column cents bigint not null, alter column id type bigint',
    map => { cents => '(total * 100)::bigint' });
changed('--map for an old column',
    options => [ '--alter', 'ALTER COLUMN name TYPE varchar(10)', '--map', 'name=upper(name)' ],
    plain => 'alter table t alter column name type varchar(10)', map => { name => 'upper(name)' });
changed('a new key column',
    options => [ '--alter', 'DROP CONSTRAINT t_pkey, ADD CONSTRAINT t_pkey PRIMARY KEY (id, d), ADD CONSTRAINT t_id_key UNIQUE (id), ALTER COLUMN id TYPE bigint' ],
    plain => 'alter table t drop constraint t_pkey, add constraint t_pkey primary key (id, d), add constraint t_id_key unique (id), alter column id type bigint');
changed('constraints dropped and added',
    options => [ '--alter', q{DROP CONSTRAINT t_total_check, ADD CONSTRAINT t_name_key UNIQUE (name), ALTER COLUMN id TYPE bigint,
        ADD CONSTRAINT t_d_check CHECK (d > '2000-01-01')} ],
    plain => q{alter table t drop constraint t_total_check, add constraint t_name_key unique (name), alter column id type bigint,
        add constraint t_d_check check (d > '2000-01-01')});
changed('a dropped column takes its index and constraint with it',
    options => [ '--alter', 'DROP COLUMN name, DROP COLUMN total, ALTER COLUMN id TYPE bigint' ], dropped => [ 'name', 'total' ],
    plain => 'alter table t drop column name, drop column total, alter column id type bigint');
changed('identity and a generated column are added',
    options => [ '--alter', 'ADD COLUMN doubled numeric GENERATED ALWAYS AS (total * 2) STORED, ALTER COLUMN id TYPE bigint' ],
    plain => 'alter table t add column doubled numeric generated always as (total * 2) stored, alter column id type bigint',
    map => { doubled => 'total * 2' });
changed('a type change under an index and a default',
    options => [ '--alter', 'ALTER COLUMN name TYPE varchar(40) COLLATE "C", ALTER COLUMN d TYPE timestamp' ],
    plain => 'alter table t alter column name type varchar(40) collate "C", alter column d type timestamp');

# A file, with everything that makes a scanner stumble.
my $file = "$ENV{TESTDIR}/change.sql";
append_to_file($file, <<'SQL');
-- a comment; with a semicolon and :green in it
ALTER TABLE :green ALTER COLUMN id TYPE bigint, /* another; */ ADD COLUMN region text NOT NULL DEFAULT 'a;b :green';
ALTER TABLE :green ALTER COLUMN total TYPE bigint USING (total * 100)::bigint /* USING 1 */;
CREATE INDEX t_region_idx ON :green (region);
COMMENT ON COLUMN :green.region IS $q$it's; here$q$;
SQL
changed('a file', options => [ '-f', $file ],
    plain => q{alter table t alter column id type bigint, add column region text not null default 'a;b :green';
        alter table t alter column total type bigint using (total * 100)::bigint; create index t_region_idx on t (region)},
    map => { region => q('a;b :green'), total => '(total * 100)::bigint' },
    check => sub {
        is($t->value(q{select col_description('app.t'::regclass, attnum) from pg_attribute
            where attrelid = 'app.t'::regclass and attname = 'region'}), q(it's; here), 'a file: the comment is there');
    });

# A new column's volatile default is evaluated once per row and left out of parity, and this is said.
$t->sql_as(owner => 'create table app.t (id int primary key); insert into app.t select generate_series(1, 2000)');
my $run = $t->pgswap('run', 'app.t', '--alter', 'ALTER COLUMN id TYPE bigint, ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid()');
$t->exits($run, 0, 'a volatile default');
is($t->value('select count(distinct token) from app.t'), 2000, 'a volatile default: one value per row');
like($run->{out} . $run->{err}, qr/token/, 'a volatile default: it is said that parity leaves it out');
$t->exits($t->pgswap('finish', 'app.t'), 0, 'a volatile default: finish');
$t->is_clean('nothing is left');

done_testing();
