# The base of the whole-program tests: a private cluster with the roles of a small shop, the program
# as a child process, and sessions that a test steps by hand.
#
#     my $t = Pgswap::Test->start('basic');
#     $t->sql_as(owner => 'create table app.orders (id int primary key)');
#     my $r = $t->pgswap('run', 'app.orders', '--alter', 'ALTER COLUMN id TYPE bigint');
#     $t->exits($r, 0, 'run');
#
# The program is $ENV{PGSWAP}, else build/asan/pgswap or build/pgswap of this tree.  It runs as role
# "owner": no superuser, owns schema "app", has CREATE on the database and nothing else.  "writer" has
# table grants only.  A report of a sanitizer on the program's stderr fails the test that ran it.
#
# The server is that of $ENV{PG_BIN}, else the one of pg_config; a client that PG_BIN lacks is pg_config's.
package Pgswap::Test;

use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(basename dirname);
use File::Temp ();

my $tree;

BEGIN
{
    $tree = abs_path(dirname(__FILE__) . '/../../..');
    chomp(my $pgxs = `pg_config --pgxs`);
    chomp(my $bindir = `pg_config --bindir`);
    my $test = abs_path(dirname($pgxs) . '/../test');
    die "postgresql-server-dev-15 is not installed\n" unless $test && -d "$test/perl/PostgreSQL";
    unshift @INC, "$test/perl";
    $ENV{PG_REGRESS} //= "$test/regress/pg_regress";
    $ENV{PATH} = join ':', grep { defined } $ENV{PG_BIN}, $bindir, $ENV{PATH};
    if ($> == 0)
    {
        print "Bail out!  PostgreSQL does not run as root: runuser -u postgres -- prove …\n";
        exit 255;
    }
    $ENV{TESTDIR} //= File::Temp::tempdir('pgswap-test-XXXXXX', TMPDIR => 1, CLEANUP => 1);
    require PostgreSQL::Test::Utils;
    require PostgreSQL::Test::Cluster;
}

use DBI;
use DBD::Pg qw(:async);
use Errno qw(ECHILD);
use IO::File;
use JSON::PP ();
use Pgswap::Catalog;
use POSIX qw(WNOHANG);
use Test::More;
use Time::HiRes qw(sleep time);

# STDERR goes to the log of the test; whoever runs the test wants to see why it died.
$SIG{__DIE__} = sub { diag("died: @_") unless $^S };

# A test that is ended by a signal still stops its server (the END block of Cluster.pm).
$SIG{$_} = sub { exit 1 } for qw(TERM INT HUP PIPE);

our $PROGRAM = $ENV{PGSWAP};
for my $built ("$tree/build/asan/pgswap", "$tree/build/pgswap")
{
    $PROGRAM //= $built if -x $built;
}

# Starts a cluster with database "shop".  %conf holds lines for postgresql.conf.
sub start
{
    my ($class, $name, %conf) = @_;
    BAIL_OUT('PGSWAP is not set and build/pgswap does not exist') unless $PROGRAM;
    return $class->start_server($name, %conf);
}

# The same without the program, for tests of the test machinery.
sub start_server
{
    my ($class, $name, %conf) = @_;
    my $node = PostgreSQL::Test::Cluster->new($name);
    $node->init(extra => [ '--locale=C.UTF-8', '--encoding=UTF8' ]);
    my %settings = (max_connections => 60, max_wal_size => '4GB', max_prepared_transactions => 5,
        log_min_duration_statement => -1, log_statement => 'none', %conf);
    $node->append_conf('postgresql.conf', "$_ = '$settings{$_}'") for sort keys %settings;
    $node->start;
    my $self = bless { node => $node, dbname => 'shop', children => {} }, $class;
    $self->_check_server if $ENV{PG_BIN};
    $node->safe_psql('postgres', <<~'SQL');
        create role owner login;
        create role writer login;
        create database shop;
        SQL
    $self->{admin} = $self->connect(user => undef);
    $self->sql(<<~'SQL');
        grant create on database shop to owner;
        create schema app authorization owner;
        grant usage on schema app to writer;
        SQL
    return $self;
}

# It would be easy to test the server of pg_config again and again.
sub _check_server
{
    my ($self) = @_;
    my ($wanted) = `'$ENV{PG_BIN}/postgres' --version` =~ /\) (\S+)/ or BAIL_OUT("no server in PG_BIN=$ENV{PG_BIN}");
    my ($running) = $self->{node}->safe_psql('postgres', 'show server_version') =~ /^(\S+)/;
    BAIL_OUT("the server is $running, that of PG_BIN is $wanted") if $running ne $wanted;
    return;
}

sub tree { return $tree }
sub node { return $_[0]{node} }

# A conninfo string.  Without a user: the superuser.
sub conninfo
{
    my ($self, $user, $dbname) = @_;
    return $self->{node}->connstr($dbname // $self->{dbname}) . ($user ? " user='$user'" : '');
}

# A new session.  user => undef is the superuser; the default is "owner".
sub connect
{
    my ($self, %args) = @_;
    my $user = exists $args{user} ? $args{user} : 'owner';
    (my $dsn = $self->conninfo($user, $args{dbname})) =~ s/ (?=\w+=)/;/g;
    my $dbh = DBI->connect("dbi:Pg:$dsn", undef, undef, {
        RaiseError => 1, PrintError => 0, AutoCommit => 1, AutoInactiveDestroy => 1,
        pg_server_prepare => 0, pg_enable_utf8 => 0 });
    $dbh->do(q(set statement_timeout = '5min'));    # a test that hangs fails, and stops its server
    return $dbh;
}

# Statements as the superuser: run, one value, all rows.
sub sql   { my ($self, $sql) = @_; local $self->{admin}{PrintWarn} = 0; $self->{admin}->do($sql); return }
sub value { my ($self, $sql) = @_; return ($self->{admin}->selectrow_array($sql))[0] }
sub rows  { my ($self, $sql) = @_; return $self->{admin}->selectall_arrayref($sql) }

# Statements in a short session of the given role.
sub sql_as
{
    my ($self, $user, $sql) = @_;
    my $dbh = $self->connect(user => $user);
    $dbh->do('set client_min_messages = warning');
    $dbh->do($sql);
    $dbh->disconnect;
    return;
}

# Schema app from the start, with what its owner makes in it.
sub make_app
{
    my ($self, $sql) = @_;
    $self->sql('drop schema app cascade; create schema app authorization owner');
    $self->sql_as(owner => $sql);
    $self->sql('vacuum analyze');
    return;
}

# Polls until the condition holds; fails the test and dies otherwise.
sub wait_until
{
    my ($self, $what, $condition, $seconds) = @_;
    my $deadline = time() + ($seconds // 300);
    until ($condition->())
    {
        if (time() > $deadline)
        {
            diag("gave up waiting until $what\n" . join('', map { "$_\n" } $self->_what_runs));
            die "timeout: $what\n";
        }
        sleep 0.02;
    }
    return 1;
}

# What a test that gives up wants to know: the sessions of the program, and what it last noted.
sub _what_runs
{
    my ($self) = @_;
    my $state = $self->value(q{select to_regclass('pgswap.migration')});
    return map { join ' | ', map { $_ // '-' } @$_ } @{ $self->rows(<<~'SQL') },
        select pid, application_name, state, wait_event, left(query, 100) from pg_stat_activity where application_name ~ '^pgswap'
        SQL
        $state ? @{ $self->rows(q{select id, phase, waiting_for, error from pgswap.migration where finished_at is null}) } : ();
}

# Whether the catalogs have a column of this name: asks the server, not its version, for what came with it.
sub knows
{
    my ($self, $column) = @_;
    return $self->value("select count(*) from pg_attribute where attname = '$column' and attrelid < 16384");
}

# ---- the program ------------------------------------------------------------------------------

# Starts the program: command, then its arguments.  The hash holds pid and, after reap(), exit (or
# signal), out, err.
sub spawn
{
    my ($self, $command, @arguments) = @_;
    my $options = ref $arguments[0] eq 'HASH' ? shift @arguments : {};
    my @line = ($options->{program} // $PROGRAM, $command);
    push @line, '-d', $self->conninfo($options->{user} // 'owner') unless $options->{no_dbname};
    push @line, @arguments;
    my $base = "$ENV{TESTDIR}/run" . ++$self->{runs} . ".$$";
    my %output = map { $_ => IO::File->new("$base.$_", 'w') // die "$base.$_: $!" } qw(out err);    # there, if it is killed at once
    my $pid = fork() // die "fork: $!";
    if ($pid == 0)
    {
        $ENV{ASAN_OPTIONS} //= 'abort_on_error=0:exitcode=99';
        $ENV{UBSAN_OPTIONS} //= 'print_stacktrace=1';
        delete @ENV{ grep { /^PGSWAP_/ } keys %ENV };    # what is meant for the tests
        $ENV{$_} = $options->{env}{$_} for keys %{ $options->{env} // {} };
        open(STDIN, '<', '/dev/null') and open(STDOUT, '>&', $output{out})
            and open(STDERR, '>&', $output{err}) and exec { $line[0] } @line;
        POSIX::_exit(127);
    }
    $self->{children}{$pid} = 1;
    return { pid => $pid, base => $base, line => "@line" };
}

# True while the process lives.
sub lives
{
    my ($self, $run) = @_;
    return 0 if exists $run->{exit};
    my $got = waitpid($run->{pid}, WNOHANG);
    return 1 if $got == 0;
    $self->_ended($run, $?) if $got == $run->{pid};
    return 0;
}

sub _ended
{
    my ($self, $run, $status) = @_;
    delete $self->{children}{ $run->{pid} };
    $run->{exit} = $status & 127 ? -1 : $status >> 8;
    $run->{signal} = $status & 127;
    ($run->{out}, $run->{err}) = map { PostgreSQL::Test::Utils::slurp_file("$run->{base}.$_") } qw(out err);
    fail("no sanitizer report: $run->{line}") || diag($run->{err})
        if $run->{err} =~ /AddressSanitizer|LeakSanitizer|runtime error:/;
    return;
}

# Waits for the end of the process; past the time (seconds) it is killed and the exit is -1.
sub reap
{
    my ($self, $run, $seconds) = @_;
    my $deadline = time() + ($seconds // 600);
    while ($self->lives($run))
    {
        if (time() > $deadline)
        {
            diag("timeout, killing: $run->{line}");
            kill 'KILL', $run->{pid};
        }
        sleep 0.01;
    }
    return $run;
}

# Sends a signal and waits for the end.
sub kill_run
{
    my ($self, $run, $signal) = @_;
    kill $signal, $run->{pid};
    return $self->reap($run);
}

# Runs the program to its end.
sub pgswap
{
    my ($self, @line) = @_;
    return $self->reap($self->spawn(@line));
}

# What a program that runs has written to stderr.
sub said
{
    my ($self, $run) = @_;
    return -e "$run->{base}.err" ? PostgreSQL::Test::Utils::slurp_file("$run->{base}.err") : '';
}

# One test: the state says that the run waits for this.
sub waits_for
{
    my ($self, $run, $wanted, $what) = @_;
    my $waiting = sub { ($self->rows('select waiting_for from pgswap.migration where finished_at is null')->[0] // [])->[0] // '' };
    $self->wait_until($what, sub {
        die "it ended: $run->{out}$run->{err}" unless $self->lives($run);
        return $self->value(q{select to_regclass('pgswap.migration')}) && $waiting->() =~ $wanted });
    return pass($what);
}

# One test: the command goes through on app.t.
sub goes
{
    my ($self, $name, $command, @options) = @_;
    return $self->exits($self->pgswap($command, 'app.t', @options), 0, "$name: $command");
}

# One test: the exit code, with all output when it is another.
sub exits
{
    my ($self, $run, $expected, $name) = @_;
    my $good = is($run->{exit}, $expected, "$name: exit $expected");
    diag("$run->{line}\n--- stdout\n$run->{out}\n--- stderr\n$run->{err}") unless $good;
    return $good;
}

# What was refused and why, as "what: why" lines, also if it is one reason alone, which the program tells by
# message and detail.
sub reasons
{
    my ($self, $run) = @_;
    return $run->{err} =~ s/(cannot be migrated: .*(?<! more))\npgswap: detail: (\w)/"$1: " . lcfirst $2/er;
}

# The one JSON object on stdout; dies if it is none.
sub json
{
    my ($self, $run) = @_;
    return JSON::PP->new->utf8->decode($run->{out});
}

sub status
{
    my ($self, $table) = @_;
    my $run = $self->pgswap('status', '--json', $table);
    die "status failed: $run->{err}" if $run->{exit} != 0;
    return $self->json($run);
}

# What an unfinished or badly removed migration leaves: schemas, triggers, functions, change logs, rows
# of the state.  Empty = clean.  The record of finished migrations is no leftover.
sub leftovers
{
    my ($self) = @_;
    my @found = map { $_->[0] } @{ $self->rows(<<~'SQL') };
        select 'schema ' || nspname from pg_namespace where nspname like 'pgswap\_%'
        union all
        select 'trigger ' || tgname || ' on ' || tgrelid::regclass from pg_trigger
         where not tgisinternal and tgname like '%pgswap%'
        union all
        select 'function ' || oid::regprocedure from pg_proc
         where proname like '%pgswap%' or proname like 'capture\_%' and pronamespace = to_regnamespace('pgswap')
            or prosrc like '%pgswap.%' and pronamespace is distinct from to_regnamespace('pgswap')
        union all
        select 'relation ' || oid::regclass from pg_class
         where relname ~ '_\d+_(\d+_)?(blue|green)' and relnamespace = to_regnamespace('pgswap')
        order by 1
        SQL
    push @found, map { "unfinished migration $_->[0]" }
        @{ $self->rows(q{select id from pgswap.migration where phase not in ('finished', 'aborted') or finished_at is null}) }
        if $self->value(q{select to_regclass('pgswap.migration')});
    return join ', ', @found;
}

sub is_clean
{
    my ($self, $name) = @_;
    return is($self->leftovers, '', $name);
}

# Not even the state is there.
sub is_bare
{
    my ($self, $name) = @_;
    return is($self->value(q{select string_agg(nspname, ', ') from pg_namespace where nspname like 'pgswap%'}), undef, $name);
}

# ---- pause points -----------------------------------------------------------------------------

# Holds a pause point: a program started with --pause-at stops there.
#     my $point = $t->hold('chunk-read');  …  $t->arrived($point, $run);  …  $t->let_go($point);
sub hold
{
    my ($self, $name) = @_;
    my $point = { name => $name, session => $self->connect(user => undef) };
    $point->{session}->do('select pg_advisory_lock(7473726, hashtext(?))', undef, $name);
    return $point;
}

# Waits until the program stands at the point.  $count is how many of its connections do.
sub arrived
{
    my ($self, $point, $run, $count) = @_;
    my $waiting = $self->{admin}->prepare(<<~'SQL');
        select count(*) from pg_locks where locktype = 'advisory' and not granted and classid = 7473726
           and objid::bigint = (hashtext(?)::bigint & 4294967295) and pid <> all (?::int[])
        SQL
    my $ours = '{' . ($point->{next} ? $point->{next}{pg_pid} : '') . '}';
    return $self->wait_until("the run stands at $point->{name}", sub {
        $waiting->execute($point->{name}, $ours);
        my ($found) = $waiting->fetchrow_array;
        return 1 if $found >= ($count // 1);
        die "the run ended before $point->{name}: $run->{out}$run->{err}\n" unless $self->lives($run);
        return 0;
    });
}

# Lets the program go on to the next time it comes to the same point, and holds it there: a second
# session queues behind the program before the first lets go.
sub step
{
    my ($self, $point, $run) = @_;
    my $next = $self->connect(user => undef);
    $self->async($next, "select pg_advisory_lock(7473726, hashtext('$point->{name}'))");
    $self->wait_until('the next holder queues', sub {
        $self->value("select count(*) from pg_locks where not granted and pid = $next->{pg_pid}") });
    $point->{session}->disconnect;
    $point->{session} = $next;
    $self->done($next);
    return $self->arrived($point, $run);
}

sub let_go
{
    my ($self, $point) = @_;
    $point->{session}->disconnect;
    return;
}

# ---- a statement that blocks ------------------------------------------------------------------

sub async
{
    my ($self, $dbh, $sql) = @_;
    $dbh->do($sql, { pg_async => PG_ASYNC });
    return;
}

# The result of the statement begun by async(); dies with its error.
sub done
{
    my ($self, $dbh) = @_;
    my $result = $dbh->pg_result;
    die $dbh->errstr // $dbh->state if $dbh->err || $dbh->state; # not every release of DBD::Pg does that itself
    return $result;
}

# Waits until the session is blocked by a lock.
sub blocked
{
    my ($self, $dbh) = @_;
    return $self->wait_until('the session waits for a lock', sub {
        $self->value("select count(*) from pg_locks where not granted and pid = $dbh->{pg_pid}") });
}

# Waits until somebody waits for ACCESS EXCLUSIVE on the table.
sub swap_waits
{
    my ($self, $table, $run) = @_;
    return $self->wait_until("the swap waits for its lock on $table", sub {
        die "the swap ended: $run->{out}$run->{err}\n" unless $self->lives($run);
        return $self->value(<<~SQL);
            select count(*) from pg_locks where not granted and mode = 'AccessExclusiveLock'
               and relation = '$table'::regclass
            SQL
    });
}

# ---- what a database holds ----------------------------------------------------------------------

# The pg_dump that can dump this server: $ENV{PG_DUMP}, or the one at hand; undef if that refuses.
sub pg_dump
{
    my ($self) = @_;
    return $self->{pg_dump} if exists $self->{pg_dump};
    my $program = $ENV{PG_DUMP} || 'pg_dump';
    my $conninfo = $self->conninfo(undef, 'postgres');
    my $said = `'$program' -s -d "$conninfo" -f /dev/null 2>&1`;
    die "$program: $said\n" if $? != 0 && $said !~ /server version mismatch/;
    return $self->{pg_dump} = $? == 0 ? $program : undef;
}

# Whether there is one; if not, what is not tested for that reason is said.
sub can_dump
{
    my ($self, $what) = @_;
    return $self->pg_dump ? 1 : skipped("$what: no pg_dump of this release");
}

# The same for a server that does not know a column of the catalogs.
sub can_know
{
    my ($self, $column, $what) = @_;
    return $self->knows($column) ? 1 : skipped("$what: the server knows no $column");
}

# As a skipped test, and on stderr.
sub skipped
{
    my ($what) = @_;
    diag('skipped: ' . basename($0) . ": $what");
  SKIP: { skip($what, 1) }
    return 0;
}

# Lines of pg_dump -s, without our schemas and what differs by chance: psql's \restrict keys, empty lines
# and pg_attver, an entry of the server's own in attoptions.
sub dump_lines
{
    my ($self, $dbname) = @_;
    my $file = "$ENV{TESTDIR}/dump.$$.sql";
    system($self->pg_dump, '-s', '-N', 'pgswap*', '-d', $self->conninfo(undef, $dbname), '-f', $file) == 0
        or die "pg_dump failed\n";
    my @lines = split /\n/, PostgreSQL::Test::Utils::slurp_file($file);
    s/pg_attver=\d+(, )?//, s/, (?=\);$)// for @lines;
    return grep { length && !/^--/ && !/^\\(un)?restrict / && !/ SET \(\);$/ } @lines;
}

# Lines that say all that the catalogs know of a database, but for our schemas and those of sessions, and where
# sequences stand.
sub catalog_lines
{
    my ($self, $dbname) = @_;
    my $dbh = $self->connect(user => undef, dbname => $dbname);
    my @lines = grep { !/\bpgswap(?:_\d+_\w+)?\b|\bpg_toast_temp_\d/ } @{ Pgswap::Catalog::snapshot($dbh) };
    $dbh->disconnect;
    return @lines;
}

# What the catalogs, and pg_dump if there is one, say of a database; not where sequences stand.
sub schema
{
    my ($self, $dbname) = @_;
    return join '', map { "$_\n" } grep({ !/^value of sequence / } $self->catalog_lines($dbname)),
        $self->pg_dump ? $self->dump_lines($dbname) : ();
}

sub DESTROY
{
    my ($self) = @_;
    local ($?, $!);
    kill 'KILL', keys %{ $self->{children} } if $self->{children} && %{ $self->{children} };
    return;
}

1;
