# The oracle of the other tests is itself tested: every kind of damage is found and named.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Oracle;
use Pgswap::Test;
use Test::More;

my $t = Pgswap::Test->start_server('oracle');
my $dbh = $t->connect(user => undef);

sub differences
{
    my (%how) = @_;
    return Pgswap::Oracle::compare($dbh, 'a.t', 'b.t', key => ['id'], %how)->{differences};
}

# Breaks b.t, looks, and takes the damage back.
sub broken
{
    my ($name, $damage, @expected) = @_;
    $dbh->begin_work;
    $dbh->do($_) for split /;/, $damage;
    is_deeply(differences(), \@expected, $name);
    $dbh->rollback;
    return;
}

$t->sql(<<'SQL');
create schema a; create schema b;
create table a.t (id int, note text, raw bytea, n numeric, f float8, j jsonb, arr int[], c char(5));
insert into a.t select i, 'note ' || i, decode(md5(i::text), 'hex'), i, i, to_jsonb(i), array[i], 'x'
  from generate_series(1, 50) i;
insert into a.t values (60, '', '', 1.0, 0, '{"a": 1}', '{}', ''), (61, null, null, null, null, null, null, null);
create table b.t as table a.t;
SQL

my $equal = Pgswap::Oracle::compare($dbh, 'a.t', 'b.t', key => ['id']);
is_deeply($equal, { left => 52, right => 52, differences => [] }, 'equal tables are equal');

broken('a flipped byte', q{update b.t set raw = set_byte(raw, 3, get_byte(raw, 3) # 1) where id = 7},
    '(7) differs in raw');
broken('a dropped row', 'delete from b.t where id = 8', '(8): 1 rows only in a.t, 0 only in b.t');
broken('an added row', q{insert into b.t (id, note) values (99, 'new')}, '(99): 0 rows only in a.t, 1 only in b.t');
broken('a row twice', 'insert into b.t select * from b.t where id = 9', '(9): 0 rows only in a.t, 1 only in b.t');
broken('two rows with their payload exchanged',
    q{update b.t x set note = y.note from b.t y where (x.id, y.id) in ((3, 4), (4, 3))},
    '(3) differs in note', '(4) differs in note');
broken(q{'' for NULL}, q{update b.t set note = '' where id = 61}, '(61) differs in note');
broken(q{NULL for ''}, q{update b.t set note = null where id = 60}, '(60) differs in note');
broken('1.00 for 1.0', q{update b.t set n = 1.00 where id = 60}, '(60) differs in n');
broken('-0 for 0', q{update b.t set f = '-0' where id = 60}, '(60) differs in f');
broken('another lower bound', q{update b.t set arr = '[0:0]={5}' where id = 5}, '(5) differs in arr');
broken('another key', 'update b.t set id = 70 where id = 10',
    '(10): 1 rows only in a.t, 0 only in b.t', '(70): 0 rows only in a.t, 1 only in b.t');
broken('everything gone', 'delete from b.t where id > 8',
    (map { "($_): 1 rows only in a.t, 0 only in b.t" } 10 .. 17), 'and 36 more keys');

# Columns that were changed, added, dropped and renamed.
$t->sql(<<'SQL');
alter table b.t alter id type bigint, alter n type text using (n * 2)::text, drop column j, add region text not null default 'eu';
alter table b.t rename note to remark;
SQL
my %how = (map => { n => '(n * 2)::text', region => q('eu'), remark => 'note' }, dropped => [ 'j', 'note' ]);
is_deeply(differences(%how), [], 'a mapped table is equal');
$t->sql(q{update b.t set region = 'us' where id = 11; update b.t set n = '1' where id = 12});
is_deeply(differences(%how), [ '(11) differs in region', '(12) differs in n' ], 'mapped columns are compared');
is_deeply(differences(%how, skip => [ 'region', 'n' ], map => { remark => 'note' }, dropped => [ 'j', 'note' ]), [],
    'columns that are said to be left out are left out');

# It refuses to compare less than everything.
sub refuses { my ($name, $like, @args) = @_; eval { differences(@args) }; like($@, $like, $name); return }
refuses('a column of the left that ends nowhere', qr/end nowhere: j/, %how, dropped => ['note']);
refuses('a column of the right without source', qr/region: neither/, %how, map => { n => 'n', remark => 'note' });
refuses('a mapped column that is not there', qr/not in b.t: nix/, %how, map => { %{ $how{map} }, nix => '1' });

done_testing();
