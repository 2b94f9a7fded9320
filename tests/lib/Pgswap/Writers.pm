# Concurrent writers: processes that change a table in every way an application can, and write the
# same to a mirror table of which the program knows nothing.
#
#     my $w = Pgswap::Writers->new($t, rows => 20000);    # app.item, mirror.item, the roles
#     $w->start;  …  $w->advance(20);  …  my $results = $w->stop;
#
# Why both tables must end equal: each transaction locks the stripes (50 keys each) of the rows it
# touches by advisory locks, so no two transactions interleave on one row, and every statement runs
# first on the table and then, with the same text, on the mirror.  What fails is rolled back as a
# whole; serialization failures and deadlocks are tried again.  Uniqueness conflicts are part of the
# game and counted.  Any other error ends the writer and fails the test.
#
# A REPEATABLE READ or SERIALIZABLE writer locks the table (ROW EXCLUSIVE) before its first snapshot:
# a snapshot taken by a statement that queues behind the swap's lock may miss the keys drained in that
# moment; this is the documented limit (old snapshots), not what the stress test is about.
package Pgswap::Writers;

use strict;
use warnings;
use DBI;
use JSON::PP ();
use Pgswap::Operations;
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep time);

use constant { STRIPE => 50, LOCK_CLASS => 4711, MAX_RETRIES => 50 };

# name => how its session is set up.  Under session_replication_role = replica the server does not check
# DEFERRABLE constraints ("unchecked"): that writer must not break them by itself, so it inserts no
# slots and, under a deferrable key, only ids that nobody else uses.
our %KINDS = (
    read_committed => { isolation => 'READ COMMITTED' },
    repeatable_read => { isolation => 'REPEATABLE READ' },
    serializable => { isolation => 'SERIALIZABLE' },
    replica => { isolation => 'READ COMMITTED', unchecked => 1, setup => ['set session_replication_role = replica'] },
    hostile => { isolation => 'READ COMMITTED', equals => 'operator(pg_catalog.=)',
        setup => ['set search_path = hostile, pg_catalog, pg_temp'] },
);

# Makes the tables and the roles.  Options: rows, seed, deferrable_key (the primary key is DEFERRABLE;
# the writers find their rows by the unique column uid), pause (seconds between transactions), again (a
# regular expression of further SQLSTATEs after which a transaction is tried again).
sub new
{
    my ($class, $t, %options) = @_;
    my $self = bless { t => $t, rows => 20000, pause => 0.002, seed => time() % 100000 | 0,
        dir => "$ENV{TESTDIR}/writers.$$." . ++$t->{writers}, %options }, $class;
    $self->{table} //= 'app.item';
    $self->{mirror} = 'mirror.item';
    $self->{key} = $self->{deferrable_key} ? 'uid' : 'id';
    $self->{without} = { merge => 1 } unless $t->value(q{select count(*) from pg_get_keywords() where word = 'merge'});
    mkdir $self->{dir} or die "$self->{dir}: $!\n";
    $self->create_tables;
    $self->create_roles;
    return $self;
}

sub create_tables
{
    my ($self) = @_;
    my ($deferrable, $uid) = $self->{deferrable_key} ? ('deferrable', 'unique') : ('', '');
    my $item = <<~SQL;
        (id int, uid int not null $uid, slot int, grp int not null default 0, amount int,
         note text default 'none', raw bytea, legacy text,
         constraint item_pkey primary key (id) $deferrable,
         constraint item_slot_key unique (slot) deferrable initially deferred)
        SQL
    my $fill = "select i, i, i, i % 10, i, 'start ' || i, decode(md5(i::text), 'hex'), 'old' "
        . "from generate_series(1, $self->{rows}) i";
    $self->{t}->sql("drop schema if exists mirror cascade; create schema mirror; drop table if exists $self->{table}");
    $self->{t}->sql_as(owner => "create table $self->{table} $item; insert into $self->{table} $fill");
    $self->{t}->sql("create table mirror.item $item; insert into mirror.item $fill; analyze");
    return;
}

sub create_roles
{
    my ($self) = @_;
    my $t = $self->{t};
    for my $kind (sort keys %KINDS)
    {
        my $role = "writer_$kind";
        $t->sql("create role $role login") unless $t->value("select count(*) from pg_roles where rolname = '$role'");
        $t->sql("grant usage on schema mirror to $role; grant usage on schema app to $role;"
              . "grant select, insert, update, delete on mirror.item to $role");
        $t->sql_as(owner => "grant select, insert, update, delete on $self->{table} to $role");
    }
    # What a grant allows since PostgreSQL 15 is the superuser's before.
    $t->sql($t->knows('paracl') ? 'grant set on parameter session_replication_role to writer_replica'
        : 'alter role writer_replica superuser');
    $self->create_hostile_schema unless $t->value("select to_regnamespace('hostile')");
    return;
}

# What a careless program would stumble over in a writer's search_path.
sub create_hostile_schema
{
    my ($self) = @_;
    $self->{t}->sql(<<~'SQL');
        create schema hostile authorization writer_hostile;
        set role writer_hostile;
        create function hostile.no(int, int) returns bool language sql immutable as 'select false';
        create function hostile.no(text, text) returns bool language sql immutable as 'select false';
        create operator hostile.= (leftarg = int, rightarg = int, function = hostile.no);
        create operator hostile.<> (leftarg = int, rightarg = int, function = hostile.no);
        create operator hostile.= (leftarg = text, rightarg = text, function = hostile.no);
        create function hostile.now() returns timestamptz language plpgsql as 'begin raise exception $$hostile now$$; end';
        create function hostile.pg_current_xact_id() returns xid8 language plpgsql as 'begin raise exception $$hostile xid$$; end';
        create function hostile.hashtext(text) returns int language sql as 'select 0';
        create function hostile.capture() returns trigger language plpgsql as 'begin raise exception $$hostile capture$$; end';
        create domain hostile.int8 as text check (false);
        create table hostile.item (id int primary key);
        create table hostile.migration (id int);
        reset role;
        SQL
    return;
}

# ---- the parent's side ------------------------------------------------------------------------

sub start
{
    my ($self, @kinds) = @_;
    @kinds = sort keys %KINDS unless @kinds;
    diag("writers: seed $self->{seed}, kinds @kinds");
    unlink "$self->{dir}/stop";
    for my $index (0 .. $#kinds)
    {
        my $kind = $kinds[$index];
        unlink map { "$self->{dir}/$kind.$_" } qw(commits result);
        my $pid = fork() // die "fork: $!";
        if ($pid == 0)
        {
            $SIG{__DIE__} = 'DEFAULT';
            eval { $self->child($kind, $self->{seed} + $index); 1 } or $self->report($kind, { error => "$@" });
            POSIX::_exit(0);
        }
        $self->{pids}{$kind} = $pid;
    }
    $self->advance(1);
    return $self;
}

# Dies if one has ended.
sub alive
{
    my ($self) = @_;
    for my $kind (keys %{ $self->{pids} })
    {
        die "writer $kind ended: " . $self->result($kind)->{error} . "\n" if -e "$self->{dir}/$kind.result";
    }
    return 1;
}

# Commits so far, by kind.
sub counts
{
    my ($self) = @_;
    return { map { $_ => (-s "$self->{dir}/$_.commits") // 0 } keys %{ $self->{pids} } };
}

# Waits until every writer has committed $more transactions from now on.
sub advance
{
    my ($self, $more) = @_;
    my $before = $self->counts;
    $self->{t}->wait_until("every writer has committed $more more", sub {
        my $now = $self->counts;
        $self->alive;
        return !grep { $now->{$_} < $before->{$_} + $more } keys %$now;
    });
    return;
}

sub result
{
    my ($self, $kind) = @_;
    open my $file, '<', "$self->{dir}/$kind.result" or return { error => 'it left no result' };
    return JSON::PP->new->decode(join '', <$file>);
}

# Stops all; tests that each has committed and that none met an unexpected error.
sub stop
{
    my ($self) = @_;
    open my $flag, '>', "$self->{dir}/stop" or die "stop: $!";
    my %pids = %{ $self->{pids} };
    my $results = {};
    for my $kind (sort keys %pids)
    {
        waitpid $pids{$kind}, 0;
        my $result = $results->{$kind} = $self->result($kind);
        is($result->{error}, undef, "writer $kind met no error");
        cmp_ok($result->{commits} // 0, '>', 0, "writer $kind has committed");
        diag("$kind: " . join ', ', map { "$_ $result->{$_}" } grep { defined $result->{$_} } sort keys %$result);
    }
    $self->{pids} = {};
    return $results;
}

sub DESTROY
{
    my ($self) = @_;
    local ($?, $!);
    my @pids = values %{ $self->{pids} // {} };
    kill 'TERM', @pids if @pids;
    return;
}

# ---- the child's side -------------------------------------------------------------------------

sub report
{
    my ($self, $kind, $result) = @_;
    open my $file, '>', "$self->{dir}/$kind.result" or return;
    print $file JSON::PP->new->encode($result);
    close $file;
    return;
}

sub child
{
    my ($self, $kind, $seed) = @_;
    srand($seed);
    local @SIG{qw(TERM INT HUP PIPE)} = (sub { POSIX::_exit(0) }) x 4;
    my $how = $KINDS{$kind};
    my $source = Pgswap::Operations->new(%$self{qw(rows key deferrable_key without)}, unchecked => $how->{unchecked});
    my $dbh = $self->{t}->connect(user => "writer_$kind");
    $dbh->do($_) for 'set client_min_messages = error', @{ $how->{setup} // [] };
    my %result = (commits => 0, rollbacks => 0, retries => 0, conflicts => 0);
    open my $commits, '>>', "$self->{dir}/$kind.commits" or die "commits: $!\n";
    until (-e "$self->{dir}/stop")
    {
        my $outcome = $self->transaction($dbh, $how, [ map { $source->operation } 1 .. 1 + int rand 3 ], \%result);
        $result{$outcome}++;
        syswrite $commits, '.' if $outcome eq 'commits';
        sleep $self->{pause};
    }
    $dbh->disconnect;
    $self->report($kind, \%result);
    return;
}

# Runs one transaction to its end; what became of it: commits, rollbacks or conflicts.
sub transaction
{
    my ($self, $dbh, $how, $operations, $result) = @_;
    my $roll_back = rand() < 0.07;
    for my $try (1 .. MAX_RETRIES)
    {
        return $roll_back ? 'rollbacks' : 'commits'
            if eval { $self->attempt($dbh, $how, $operations, $roll_back); 1 };
        my ($state, $error) = ($dbh->state, $@);
        eval { $dbh->do('rollback') };
        return 'conflicts' if $state eq '23505';
        die "[$state] $error" unless $state =~ /^40(001|P01)$/ || ($self->{again} && $state =~ $self->{again});
        $result->{retries}++;
        sleep 0.001 * rand 20;
    }
    return 'conflicts';
}

sub attempt
{
    my ($self, $dbh, $how, $operations, $roll_back) = @_;
    my %stripes = map { $_ => 1 } map { int($_ / STRIPE) } map { @{ $_->{keys} } } @$operations;
    $dbh->do("begin isolation level $how->{isolation}");
    $dbh->do("lock table $self->{table} in row exclusive mode") if $how->{isolation} ne 'READ COMMITTED';
    $dbh->do("select pg_catalog.pg_advisory_xact_lock(@{[LOCK_CLASS]}, $_)") for sort { $a <=> $b } keys %stripes;
    for my $operation (@$operations)
    {
        $self->both($dbh, $how, $_) for @{ $operation->{statements} };
    }
    $dbh->do($roll_back ? 'rollback' : 'commit');
    return;
}

# One statement on the table, then on the mirror.  A hash is a COPY; %T is the table, %= equality.
sub both
{
    my ($self, $dbh, $how, $statement) = @_;
    return $dbh->do($statement) if !ref $statement && $statement !~ /%T/;
    my $equals = $how->{equals} // '=';
    for my $table ($self->{table}, $self->{mirror})
    {
        (my $sql = ref $statement ? $statement->{copy} : $statement) =~ s/%T/$table/g;
        $sql =~ s/%=/$equals/g;
        $dbh->do($sql);
        next unless ref $statement;
        $dbh->pg_putcopydata($_) for @{ $statement->{lines} };
        $dbh->pg_putcopyend;
    }
    return;
}

1;
