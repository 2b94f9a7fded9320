# Cases of one test file that do not depend on each other: one that dies fails, and what a case leaves
# (programs, backends of theirs, migrations) is taken away, so that the next one begins clean.
#
#     Pgswap::Cases::run($t, 'what it shows', sub { … });
#
# PGSWAP_CASE, a regular expression, picks the cases whose names it matches.
package Pgswap::Cases;

use strict;
use warnings;
use Test::More;

sub run
{
    my ($t, $what, $body) = @_;
    my $wanted = $ENV{PGSWAP_CASE};
    return if defined $wanted && $what !~ /(?:$wanted)/;
    note($what);
    my $lived = eval { $body->(); 1 };
    fail("$what: $@") unless $lived;
    return if $lived && $t->leftovers eq '';
    for my $pid (keys %{ $t->{children} })
    {
        kill 'KILL', $pid;
        waitpid $pid, 0;
    }
    $t->{children} = {};
    $t->sql(q{select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'pgswap%'});
    $t->sql($_->[0]) for @{ $t->rows(q{select format('drop schema %I cascade', nspname) from pg_namespace where nspname like 'pgswap%'}) };
    return;
}

1;
