# The second session: somebody who does to the table, at random, whatever a DBA may do, and undoes it.  No
# row that it writes is written without its mirror, and a rewrite changes none, so table and mirror stay
# equal whatever it does.
#
#     my $chaos = Pgswap::Chaos->new($t, seed => 7);      # beside Pgswap::Writers; a process of its own
#     $chaos->start;  …  $chaos->still(sub { … });  …  $chaos->stop;
#
# still() waits until what is done is undone, and keeps it so.  An act takes its locks within LOCK_TIMEOUT, or
# gives way: it has then done nothing.  What is to stay in force for a moment is looked for before it is undone:
# if it is gone, somebody lost it, and the session dies with these words.  Some acts first hold one of the
# program's pause points, and act while it stands there.  Every act and what became of it is in the journal.
package Pgswap::Chaos;

use strict;
use warnings;
use POSIX qw(WNOHANG);
use Time::HiRes qw(sleep time);

use constant { STILL => 4712, POINT => 7473726, LOCK_TIMEOUT => '2s' };

our @POINTS = qw(capture-ready chunk-read copy-done snapshot-begun apply-read round-applied parity-begun search-begun
    before-swap swap-close drain-applied swap-locked swap-commit capture-off);

# Settings that a role or a database may have, of which none may change what pgswap does.
my @SETTINGS = (
    q(timezone = 'Asia/Kathmandu'), q(datestyle = 'SQL, DMY'), q(intervalstyle = 'sql_standard'), q(search_path = hostile, public),
    q(default_transaction_isolation = 'serializable'), q(default_transaction_isolation = 'repeatable read'),
    q(default_transaction_read_only = on), q(default_transaction_deferrable = on), q(statement_timeout = '30ms'), q(lock_timeout = '1ms'),
    q(idle_in_transaction_session_timeout = '20ms'), q(idle_session_timeout = '20ms'), q(bytea_output = 'escape'), q(extra_float_digits = -3),
    q(backslash_quote = off), q(row_security = off), q(default_tablespace = 'other'), q(default_table_access_method = 'heap2'),
    q(enable_indexscan = off), q(enable_seqscan = off), q(jit_above_cost = 0), q(quote_all_identifiers = on), q(transform_null_equals = on),
    q(array_nulls = off), q(client_encoding = 'LATIN1'), q(client_min_messages = 'error'), q(default_statistics_target = 1),
    q(plpgsql.extra_errors = 'all'), q(plpgsql.variable_conflict = 'use_column'), q(exit_on_error = on), q(synchronous_commit = off),
    q(session_replication_role = 'replica'), q(xmloption = 'document'), q(max_parallel_workers_per_gather = 0), q(work_mem = '64kB'),
    q(check_function_bodies = off), q(gin_fuzzy_search_limit = 1), q(default_toast_compression = 'pglz'), q(standard_conforming_strings = off),
    q(transaction_timeout = '30ms'), q(restrict_nonsystem_relation_kind = 'view'), q(createrole_self_grant = 'set'));

sub new
{
    my ($class, $t, %options) = @_;
    my $self = bless { t => $t, table => 'app.item', mirror => 'mirror.item', %options }, $class;
    $self->{base} = "$ENV{TESTDIR}/chaos.$$." . ++$t->{chaos};
    $self->{gate} = $t->connect(user => undef);
    $self->{version} = $t->value(q{select current_setting('server_version_num')::int}) / 10000 | 0;
    $self->prepare;
    return $self;
}

# A second tablespace and access method, where there can be some.
sub prepare
{
    my ($self) = @_;
    my $t = $self->{t};
    $t->sql('create schema away; grant usage, create on schema away to owner; grant usage on schema away to public');
    $t->sql(q{set allow_in_place_tablespaces = on});
    $t->sql(q{create tablespace other location ''});
    $t->sql('grant create on tablespace other to public; create access method heap2 type table handler heap_tableam_handler');
    return;
}

# ---- the parent's side ------------------------------------------------------------------------

sub start
{
    my ($self) = @_;
    my $pid = fork() // die "fork: $!";
    if ($pid == 0)
    {
        $SIG{__DIE__} = 'DEFAULT';
        my $error = eval { $self->child; 1 } ? undef : $@;
        $self->note('DIED', $error) if defined $error;
        POSIX::_exit(defined $error ? 1 : 0);
    }
    $self->{pid} = $pid;
    $self->{t}{children}{$pid} = 1;
    return $self;
}

# Runs the body while nothing of it is in force and nothing begins.
sub still
{
    my ($self, $body) = @_;
    $self->alive;
    $self->{gate}->do(q{set statement_timeout = '10min'});
    $self->{gate}->do("select pg_advisory_lock(@{[STILL]})");
    $self->alive;
    my @result = eval { $body->() };
    my $error = $@;
    $self->{gate}->do("select pg_advisory_unlock(@{[STILL]})");
    die $error if $error;
    return $result[0];
}

sub alive
{
    my ($self) = @_;
    return 1 if waitpid($self->{pid}, WNOHANG) == 0;
    delete $self->{t}{children}{ $self->{pid} };
    die "the chaos session ended: " . join("\n", $self->journal(3)) . "\n";
}

# How often rows may have been changed without capture so far.
sub uncaptured { my ($self) = @_; return (-s "$self->{base}.uncaptured") // 0 }

# Whether it may switch the capture triggers off.
sub may_uncapture
{
    my ($self, $may) = @_;
    my $flag = "$self->{base}.may";
    return unlink $flag unless $may;
    return $self->append('may', '');
}

sub stop
{
    my ($self) = @_;
    $self->alive;
    $self->append('stop', '');
    waitpid $self->{pid}, 0;
    delete $self->{t}{children}{ $self->{pid} };
    die "the chaos session failed: " . join("\n", $self->journal(3)) . "\n" if $?;
    return;
}

# The last entries of the journal: time, act, what became of it.
sub journal
{
    my ($self, $last) = @_;
    open my $file, '<', "$self->{base}.journal" or return;
    chomp(my @lines = <$file>);
    return $last && @lines > $last ? @lines[ -$last .. -1 ] : @lines;
}

# ---- the child's side -------------------------------------------------------------------------

sub append
{
    my ($self, $suffix, $text) = @_;
    open my $file, '>>', "$self->{base}.$suffix" or die "$self->{base}: $!\n";
    syswrite $file, $text;
    return;
}

sub note
{
    my ($self, $act, $outcome) = @_;
    $outcome =~ s/\s+/ /g;
    return $self->append('journal', sprintf "%.3f %s: %s\n", time(), $act, $outcome);
}

sub child
{
    my ($self) = @_;
    srand $self->{seed};
    local @SIG{qw(TERM INT HUP PIPE)} = (sub { POSIX::_exit(0) }) x 4;
    my $dbh = $self->{dbh} = $self->{t}->connect(user => undef);
    $dbh->do($_) for 'set client_min_messages = error', "set lock_timeout = '@{[LOCK_TIMEOUT]}'";
    until (-e "$self->{base}.stop")
    {
        sleep rand(1) ** 3 * 0.8;
        next unless $dbh->selectrow_array("select pg_try_advisory_lock(@{[STILL]})");
        $self->act;
        $dbh->do("select pg_advisory_unlock(@{[STILL]})");
    }
    return;
}

# One act, sometimes while the program stands at a pause point.
sub act
{
    my ($self) = @_;
    return unless $self->{dbh}->selectrow_array("select to_regclass('$self->{table}')");
    my @acts = $self->acts;
    my ($name, @how) = @{ $acts[ rand @acts ] };
    my $point = rand() < 0.4 ? $POINTS[ rand @POINTS ] : undef;
    my $stands = $point ? $self->hold($point) : '';
    my $done = $self->attempt($name, $how[0]);
    $self->{dbh}->do("select pg_advisory_unlock(@{[POINT]}, hashtext('$point'))") if $point;
    $self->note($name, $done . $stands);
    return if $done ne 'done' || !$how[2];
    sleep rand(1) ** 2 * ($how[3] // 0.6);
    $self->undo($name, @how[ 1, 2 ]);
    return;
}

# Waits a while for the program to come to the point.
sub hold
{
    my ($self, $point) = @_;
    my $dbh = $self->{dbh};
    my ($held) = $dbh->selectrow_array("select pg_try_advisory_lock(@{[POINT]}, hashtext('$point'))");
    return " (somebody stands at $point already)" unless $held;
    my $end = time() + 0.8;
    while (time() < $end)
    {
        my ($there) = $dbh->selectrow_array("select count(*) from pg_locks where locktype = 'advisory' and not granted"
              . " and classid = @{[POINT]} and objid::bigint = (hashtext('$point')::bigint & 4294967295)");
        return " (at $point)" if $there;
        sleep 0.02;
    }
    return '';
}

# Runs the statements; those in [] as one transaction.
sub attempt
{
    my ($self, $name, $statements) = @_;
    my $dbh = $self->{dbh};
    return 'done' if eval { $self->run_one($_) for @$statements; 1 };
    my ($state, $error) = ($dbh->state, $@);
    eval { $dbh->do('rollback') };
    return 'gave way' if $state =~ /^(55P03|40P01)$/ || ($state =~ /^(42P01|3F000)$/ && $name =~ /pgswap_/);    # live by now, or dropped
    return 'not here' if $state =~ /^(42704|22023)$/ && $name =~ /^set .* for /;    # a setting this release does not have
    die "$name: [$state] $error";
}

sub run_one
{
    my ($self, $statement) = @_;
    return $statement->() if ref $statement eq 'CODE';
    return $self->{dbh}->do($statement) unless ref $statement;
    $self->run_one($_) for 'begin', @$statement, 'commit';
    return;
}

# What was done must be there still; then it is taken back, however long that takes.
sub undo
{
    my ($self, $name, $holds, $undo) = @_;
    my $dbh = $self->{dbh};
    my $end = time() + 300;
    if ($holds)
    {
        my ($there) = $dbh->selectrow_array("select $holds");
        die "$name: it is not there any more\n" unless $there;
    }
    until ($self->attempt("undo $name", $undo) eq 'done')
    {
        die "$name cannot be undone\n" if time() > $end;
        sleep 0.05;
    }
    return $self->note("undo $name", 'done');
}

# ---- what it does -----------------------------------------------------------------------------

# [name, statements, condition that holds then, statements that take it back, longest time in force]
sub acts
{
    my ($self) = @_;
    my $table = $self->{table};
    my $standby = $self->standby;
    my @acts = ($self->rewrites($table), $self->rewrites($table), $self->truncate, $self->truncate, $self->settings, $self->settings,
        $self->alterations, $self->leaves_no_trace, [ 'terminate', ["select pg_terminate_backend(pid) from (select pid from pg_stat_activity"
            . " where application_name like 'pgswap%' order by random() limit 1) p"] ]);
    push @acts, $self->rewrites($standby) if $standby;
    push @acts, $self->triggers_off if -e "$self->{base}.may";
    return @acts;
}

# The table that is not live, by its name.
sub standby
{
    my ($self) = @_;
    return ($self->{dbh}->selectrow_array(q{select c.oid::regclass from pg_class c join pg_namespace n on n.oid = relnamespace
        where relname = 'item' and relkind = 'r' and nspname ~ '^pgswap_\d+_(blue|green)$' limit 1}))[0];
}

# The same rows in another file, and no other trace of it.
sub rewrites
{
    my ($self, $table) = @_;
    my @rewrites = ([ "vacuum full $table", ["vacuum full $table"] ],
        map { [ "rewrite $table, $_->[0] and back", [ [ map { "alter table $table set $_" } @$_ ] ] ] }
            [ 'unlogged', 'logged' ], [ 'unlogged', 'logged' ], [ 'tablespace other', 'tablespace pg_default' ],
            ($self->{version} >= 15 ? [ 'access method heap2', 'access method heap' ] : ()));
    push @rewrites, [ "cluster $table", ["cluster $table"] ] if $table eq $self->{table};
    push @rewrites, [ "repack $table", ["repack $table"] ], [ "repack (concurrently) $table", ["repack (concurrently) $table"] ]
        if $self->{version} >= 19;
    return @rewrites;
}

# Both tables, in one transaction that locks the table first, as the writers do.
sub truncate
{
    my ($self) = @_;
    my @tables = ($self->{table}, $self->{mirror});
    my $rows = int rand 3000;
    return [ "truncate, $rows rows", [ [ "lock table $self->{table} in access exclusive mode", "truncate $tables[0], $tables[1]",
            map { "insert into $_ (id, uid, slot) select i, i, i from generate_series(1, $rows) i" } @tables ] ] ];
}

sub settings
{
    my ($self) = @_;
    my $whose = rand() < 0.5 ? 'role owner' : "database $self->{t}{dbname}";
    my $setting = $SETTINGS[ rand @SETTINGS ];
    my ($name) = $setting =~ /^(\S+)/;
    return [ "set $setting for $whose", ["alter $whose set $setting"], undef, ["alter $whose reset $name"], 1.5 ];
}

# What the description tells; in force for a moment.
sub alterations
{
    my ($self) = @_;
    my $table = $self->{table};
    my $is = sub { my ($what, $where) = @_; return "exists (select from $what where $where)" };
    my $class = sub { return $is->('pg_class', "oid = '$table'::regclass and $_[0]") };
    my ($schema, $name) = split /\./, $table;
    my @alterations = (
        [ 'add an index', ["create index chaos_idx on $table (grp, amount)"], "to_regclass('$schema.chaos_idx') is not null", ["drop index $schema.chaos_idx"] ],
        [ 'a default', ["alter table $table alter column note set default 'chaos'"],
            $is->('pg_attrdef', "adrelid = '$table'::regclass and pg_get_expr(adbin, adrelid) like '%chaos%'"),
            ["alter table $table alter column note set default 'none'"] ],
        [ 'fillfactor', ["alter table $table set (fillfactor = 71)"], $class->(q{'fillfactor=71' = any (reloptions)}), ["alter table $table reset (fillfactor)"] ],
        [ 'unlogged', ["alter table $table set unlogged"], $class->(q{relpersistence = 'u'}), ["alter table $table set logged"] ],
        [ 'tablespace', ["alter table $table set tablespace other"], $class->('reltablespace <> 0'), ["alter table $table set tablespace pg_default"] ],
        [ 'a constraint', ["alter table $table add constraint chaos check (grp is not null)"],
            $is->('pg_constraint', "conrelid = '$table'::regclass and conname = 'chaos'"), ["alter table $table drop constraint chaos"] ],
        [ 'rename', ["alter table $table rename to chaos"], "to_regclass('$schema.chaos') is not null", ["alter table $schema.chaos rename to $name"] ],
        [ 'move', ["alter table $table set schema away"], "to_regclass('away.$name') is not null", ["alter table away.$name set schema $schema"] ],
        [ 'a grant', ["grant select on $table to writer"], "has_table_privilege('writer', '$table', 'select')", ["revoke select on $table from writer"] ],
        [ 'a view', ["create view away.v as select grp, note from $table"], "to_regclass('away.v') is not null", ['drop view away.v'] ],
        [ 'a comment', ["comment on table $table is 'chaos'"], "obj_description('$table'::regclass) = 'chaos'", ["comment on table $table is null"] ],
        [ 'statistics', ["alter table $table alter column grp set statistics 7"], $is->('pg_attribute', "attrelid = '$table'::regclass and attstattarget = 7"),
            ["alter table $table alter column grp set statistics -1"] ]);
    # half as often as what leaves no trace
    return map { $alterations[ rand @alterations ] } 1 .. 5;
}

# Rows and description stay as they are.
sub leaves_no_trace
{
    my ($self) = @_;
    my $table = $self->{table};
    return ([ 'rename and back', [ [ "alter table $table rename to chaos", 'alter table app.chaos rename to item' ] ] ],
        [ 'reindex', ["reindex table $table"] ], [ 'vacuum', ["vacuum analyze $table"] ], [ 'vacuum freeze', ["vacuum freeze $table"] ],
        [ 'lock', [ [ "lock table $table in access exclusive mode", 'select pg_sleep(random() / 3)' ] ] ],
        [ 'checkpoint', ['checkpoint'] ]);
}

# From here on rows may be changed of which pgswap hears nothing: in the same state again, or fired by origin
# only, as ENABLE TRIGGER leaves them.
sub triggers_off
{
    my ($self) = @_;
    my $table = $self->{table};
    my $enable = rand() < 0.5 ? 'enable always' : 'enable';
    return [ "triggers off, $enable", [ [ "alter table $table disable trigger user", sub { $self->append('uncaptured', '.') } ] ], undef,
        [ sub { $self->enable($enable) } ] ];
}

sub enable
{
    my ($self, $enable) = @_;
    my $triggers = $self->{dbh}->selectcol_arrayref(qq{select quote_ident(tgname) from pg_trigger
        where tgrelid = '$self->{table}'::regclass and not tgisinternal and tgenabled = 'D'});
    $self->{dbh}->do("alter table $self->{table} " . join ', ', map { "$enable trigger $_" } @$triggers) if @$triggers;
    return;
}

1;
