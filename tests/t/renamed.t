# A table that is renamed, moved or dropped while a migration works on it: every command finds the
# migration by the old name and by the new, with a schema and without, and abort and finish take all away.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Cases;
use Pgswap::Test;
use Test::More;

my $t = Pgswap::Test->start('renamed');
my @ALTER = ('--alter', 'ALTER COLUMN n TYPE bigint');
$t->sql(q{alter role owner set search_path = app, public; create schema other authorization owner});

sub make
{
    my ($swapped) = @_;
    $t->sql('drop table if exists app.t, app.t2, other.t, other.t2');
    $t->sql_as(owner => 'create table app.t (id int primary key, n int, x text);'
        . 'insert into app.t select i, i, i::text from generate_series(1, 500) i');
    $t->exits($t->pgswap('run', 'app.t', @ALTER, $swapped ? () : '--until=ready'), 0, $swapped ? 'swapped' : 'ready');
    return;
}

sub section { return Pgswap::Cases::run($t, @_) }

sub triggers { return $t->value(q{select count(*) from pg_trigger where not tgisinternal and tgname like 'pgswap%'}) }

# [what others did, where the table is then, names that find it]
my @MOVES = (
    [ 'alter table app.t rename to t2', 'app.t2', qr/app\.t was renamed to t2/, qw(t app.t t2 app.t2) ],
    [ 'alter table app.t set schema other', 'other.t', qr/app\.t was moved to schema other/, qw(t app.t other.t) ],
    [ 'alter table app.t set schema other; alter table other.t rename to t2', 'other.t2',
        qr/app\.t was moved and renamed: it is other\.t2 now/, qw(t app.t other.t2) ],
);

for my $swapped (0, 1)
{
    my $end = $swapped ? 'finish' : 'abort';
    for my $move (@MOVES)
    {
        my ($ddl, $place, $said, @names) = @$move;
        section "$end: $ddl" => sub {
            make($swapped);
            $t->sql($ddl);
            for my $name (@names)
            {
                for my $command ('run', 'verify', 'follow', $swapped ? 'revert' : 'swap')
                {
                    my $run = $t->pgswap($command, $name);
                    $t->exits($run, 10, "$command $name");
                    like($run->{err}, $said, "$command $name: what was done is said");
                }
                is($t->status($name)->{phase}, $swapped ? 'swapped' : 'ready', "status $name");
                for my $command ('pause', 'continue')
                {
                    $t->exits($t->pgswap($command, $name), 0, "$command $name");
                }
            }
            my $run = $t->pgswap($end, $names[0]);
            $t->exits($run, 0, "$end $names[0]");
            like($run->{err}, qr/\Q$place\E/, "$end: says where the table is");
            is(triggers(), 0, "$end: no trigger is left");
            is($t->value("select count(*) from $place"), 500, "$end: the rows are there");
            $t->sql_as(owner => "update $place set n = 0");
            $t->is_clean("$end: nothing is left");
        };
        section "$end by the new name: $ddl" => sub {
            make($swapped);
            $t->sql($ddl);
            $t->exits($t->pgswap($end, $names[-1]), 0, "$end $names[-1]");
            is(triggers(), 0, "$end $names[-1]: no trigger is left");
            $t->is_clean("$end $names[-1]: nothing is left");
        };
    }
}

# While a command is at work: between two statements that name the table.
for my $command ('verify', 'swap', 'revert', 'follow')
{
    my $swapped = $command =~ /revert|follow/;
    my $end = $swapped ? 'finish' : 'abort';
    my $begin = sub {
        my ($point) = @_;
        make($swapped);
        $t->sql_as(owner => 'update app.t set x = x || id where id < 50');
        return $t->spawn($command, 'app.t', '--pause-at', $point, $swapped ? () : ('--drain-keys', 1));
    };
    for my $case (@MOVES, [ 'drop table app.t', undef, qr/app\.t, which the migration works on, is gone/ ])
    {
        my ($ddl, $place, $said) = @$case;
        section "$command at work: $ddl" => sub {
            my $point = $t->hold('round-applied');
            my $run = $begin->('round-applied');
            $t->arrived($point, $run);
            $t->sql($ddl);
            $t->let_go($point);
            $t->exits($t->reap($run), 10, "$command at work, $ddl");
            like($run->{err}, $said, "$command at work, $ddl: what was done is said");
            $t->sql("drop schema pgswap_@{[$t->value('select max(id) from pgswap.migration')]}_" . ($swapped ? 'blue' : 'green') . ' cascade') unless $place;
            $t->exits($t->pgswap($end, $place // 'app.t'), 0, "$command at work, $ddl: $end");
            $t->is_clean("$command at work, $ddl: nothing is left");
        };
    }
    # It waits for the table, and when it gets it the name is gone; by the time that it looks why, all is as it was.
    for my $case ([ 'alter table app.t rename to t2', 'alter table app.t2 rename to t' ],
        [ 'alter table app.t set schema other', 'alter table other.t set schema app' ])
    {
        my ($ddl, $undo) = @$case;
        section "$command at work: $ddl, for a moment" => sub {
            my ($applied, $failed) = map { $t->hold($_) } 'round-applied', 'failed';
            my $other = $t->connect(user => undef);
            my $run = $begin->('round-applied,failed');
            $t->arrived($applied, $run);
            $other->do($_) for 'begin', 'lock table app.t in access exclusive mode';
            $t->let_go($applied);
            $t->wait_until('it waits for the table', sub { $t->value("select count(*) from pg_locks where not granted and relation = 'app.t'::regclass") });
            $other->do($_) for $ddl, 'commit';
            $t->arrived($failed, $run);
            $other->do($undo);
            $other->disconnect;
            $t->let_go($failed);
            $t->exits($t->reap($run), 10, "$command, for a moment");
            like($run->{err}, qr/app\.t was renamed, moved or dropped for a moment/, "$command, for a moment: said");
            $t->exits($t->pgswap($command, 'app.t', $command eq 'follow' ? ('--follow', '1s') : ()), 0, "$command, for a moment: the same command again");
            $t->exits($t->pgswap($command =~ /swap|follow/ ? 'finish' : 'abort', 'app.t'), 0, "$command, for a moment: the end");
            $t->is_clean("$command, for a moment: nothing is left");
        };
    }
}

# What is described while somebody renames the table has both names in it.
section 'renamed while it is described' => sub {
    make(0);
    my $other = $t->connect(user => undef);
    $other->do($_) for 'begin', 'lock table app.t in access exclusive mode';
    my $run = $t->spawn('verify', 'app.t');
    $t->wait_until('it waits for the table', sub { $t->value("select count(*) from pg_locks where not granted and relation = 'app.t'::regclass") });
    $other->do($_) for 'alter table app.t rename to t2', 'commit';
    $other->disconnect;
    $t->exits($t->reap($run), 10, 'renamed while it is described');
    like($run->{err}, qr/app\.t was renamed to t2/, 'renamed while it is described: said, and nothing else');
    $t->exits($t->pgswap('abort', 'app.t'), 0, 'renamed while it is described: abort');
    $t->is_clean('renamed while it is described: nothing is left');
};

section 'a table of ours is dropped' => sub {
    make(0);
    $t->sql_as(owner => 'update app.t set x = x || id where id < 50');
    my $id = $t->value('select max(id) from pgswap.migration');
    $t->sql("drop table pgswap.dirty_${id}_1_blue_1");
    my $run = $t->pgswap('swap', 'app.t');
    $t->exits($run, 10, 'a table of ours is dropped');
    like($run->{err}, qr/pgswap\.dirty_${id}_1_blue_1, which pgswap made, is gone.*"pgswap abort"/s, 'a table of ours is dropped: which, and what can be done');
    $t->exits($t->pgswap('abort', 'app.t'), 0, 'a table of ours is dropped: abort');
    $t->is_clean('a table of ours is dropped: nothing is left');
};

section 'one lock for all names' => sub {
    make(0);
    my $point = $t->hold('before-swap');
    my $run = $t->spawn('swap', 'app.t', '--pause-at', 'before-swap');
    $t->arrived($point, $run);
    $t->sql('alter table app.t rename to t2');
    $t->exits($t->pgswap('abort', $_), 8, "abort $_ beside a swap") for qw(t app.t t2 app.t2);
    $t->sql('alter table app.t2 rename to t');
    $t->let_go($point);
    $t->exits($t->reap($run), 0, 'one lock: swapped');
    $t->exits($t->pgswap('finish', 't'), 0, 'one lock: finish');
};

# The name is another table's by now.
section 'another table bears the name' => sub {
    make(0);
    $t->sql_as(owner => 'alter table app.t rename to t2; create table app.t (id int primary key, n int)');
    for my $name ('t', 'app.t')
    {
        for my $command (qw(run swap verify status abort pause))
        {
            my $run = $t->pgswap($command, $name, $command eq 'run' ? @ALTER : ());
            $t->exits($run, 10, "$command $name");
            like($run->{err}, qr/app\.t is another table now.*app\.t2/s, "$command $name: says which is which");
        }
    }
    is(triggers(), 4, 'nothing was done');
    $t->exits($t->pgswap('abort', 'app.t2'), 0, 'abort by the right name');
    $t->is_clean('nothing is left');
    $t->exits($t->pgswap('run', 'app.t', @ALTER), 0, 'the other table can be migrated then');
    $t->exits($t->pgswap('finish', 'app.t'), 0, 'finish');
    $t->exits($t->pgswap('finish', 'app.t'), 0, 'finish again');
};

# … of another schema, which the search_path finds first, or last.
section 'a table of that name elsewhere' => sub {
    make(0);
    $t->sql('create table public.t (id int primary key, n int); alter table app.t rename to t2');
    my $run = $t->pgswap('abort', 't');
    $t->exits($run, 10, 'the name without a schema has gone over');
    like($run->{err}, qr/public\.t is another table now/, '… and that is said');
    $t->exits($t->pgswap('abort', 'public.t'), 0, 'with that schema it never was that table');
    is(triggers(), 4, 'nothing was done');
    $t->sql('drop table public.t');
    $t->exits($t->pgswap('abort', 't'), 0, 'abort');
    $t->is_clean('elsewhere: nothing is left');
};

section 'unknown' => sub {
    $t->sql('drop table if exists app.t, app.t2');
    my $run = $t->pgswap('abort', 'app.typo');
    $t->exits($run, 1, 'a name that stands for nothing is no success');
    like($run->{err}, qr/no table app\.typo/, '… and that is said');
};

done_testing();
