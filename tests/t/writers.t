# The writers of the stress tests are themselves tested, without the program: all kinds commit, do all
# they are meant to do, and leave the table and its mirror equal.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Oracle;
use Pgswap::Test;
use Pgswap::Writers;
use Test::More;

my $t = Pgswap::Test->start_server('writers');

for my $deferrable (0, 1)
{
    my $layout = $deferrable ? 'deferrable key' : 'immediate key';
    my $writers = Pgswap::Writers->new($t, rows => 2000, deferrable_key => $deferrable, pause => 0);
    $writers->start;
    $writers->advance(300);
    my $results = $writers->stop;
    cmp_ok($results->{$_}{rollbacks}, '>', 0, "$layout: $_ has rolled back") for sort keys %$results;
    my $found = Pgswap::Oracle::compare($t->{admin}, 'mirror.item', 'app.item', key => ['uid', 'id']);
    is_deeply($found->{differences}, [], "$layout: table and mirror are equal");
    cmp_ok($found->{right}, '>', 500, "$layout: rows are left");
    for my $what ('amount is null', q{note = ''}, q{note = 'after savepoint'}, q{note = 'copied'}, q{note = 'series'},
        'id <> uid', 'slot <> uid')
    {
        cmp_ok($t->value("select count(*) from app.item where $what"), '>', 0, "$layout: rows with $what");
    }
    is($t->value(q{select count(*) from app.item where note = 'rolled back'}), 0, "$layout: savepoints were rolled back");
    is($t->value("select count(*) - count(distinct $_) from app.item where $_ is not null"), 0, "$layout: $_ is unique")
        for 'id', 'slot', $deferrable ? 'uid' : ();
    is($t->value('select count(*) from hostile.item'), 0, "$layout: the hostile table stays empty");
}

# A writer that meets an error nobody expects makes the test fail.
my $writers = Pgswap::Writers->new($t, rows => 100);
$writers->start('read_committed');
$t->sql('revoke insert, update, delete on app.item from writer_read_committed');
eval { $writers->advance(1_000_000) };
like($@, qr/writer read_committed ended: .*permission denied/s, 'an unexpected error is seen');

done_testing();
