# Fidelity: for every case of tests/fidelity, an identity swap changes nothing, a change changes only
# what ALTER TABLE would, and swap and revert come back to the start.  See lib/Pgswap/Fidelity.pm.
#
#     FIDELITY='index fk_in' prove tests/t/fidelity.t      # these cases only (harness: the test of the test)
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Test;
use Pgswap::Fidelity;
use JSON::PP ();
use POSIX ();
use Test::More;

use constant WORKERS => 2;

my $root = Pgswap::Test::tree() . '/tests/fidelity';
my @picked = split ' ', $ENV{FIDELITY} // '';
my @names = @picked ? grep({ $_ ne 'harness' } @picked) : Pgswap::Fidelity::names($root);
my $t = Pgswap::Test->start('fidelity', allow_in_place_tablespaces => 'on', max_connections => 100);
my $can_revert = `$Pgswap::Test::PROGRAM --help` =~ /^  revert /m;

my %knows = map { $_ => $t->knows($_) ? 'true' : 'false' } Pgswap::Fidelity::KNOWN;

# Roles and tablespaces belong to the cluster: made once for all cases.
$t->sql($_)
    for 'create role reader', 'create role auditor', 'create role helper', 'create role stranger', 'create role "Odd Role ☃"',
    'grant helper, "Odd Role ☃" to owner', q{create tablespace fast location ''}, q{create tablespace "Slow Disk" location ''},
    'grant create on tablespace fast, "Slow Disk" to owner, helper';

# ---- one case ---------------------------------------------------------------------------------

# A new database: empty with the schema, or a copy of another.
sub make_database
{
    my ($name, $template) = @_;
    my $admin = $t->connect(user => undef, dbname => 'postgres');
    $admin->do(qq{create database "$name" template "} . ($template // 'shop') . '"');
    $admin->do(qq{grant create on database "$name" to owner});
    $admin->disconnect;
    return $name;
}

sub set_up
{
    my ($case) = @_;
    my $database = make_database($case->{name});
    my $log = "$ENV{TESTDIR}/setup.$$";
    my @psql = ('psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $t->conninfo(undef, $database),
        map({ ('-v', "$_=$knows{$_}") } sort keys %knows), '-c', 'set client_min_messages = warning', '-c', 'set role owner', '-f', $case->{setup});
    my $pid = fork() // die "fork: $!";
    if ($pid == 0)
    {
        open(STDOUT, '>', $log) and open(STDERR, '>&', \*STDOUT) and exec { $psql[0] } @psql;
        POSIX::_exit(127);
    }
    waitpid $pid, 0;
    die "setup: " . PostgreSQL::Test::Utils::slurp_file($log) if $? != 0;
    return $database;
}

# Runs the program; returns what is wrong with it.
sub program
{
    my ($case, $expected, $command, @line) = @_;
    my $run = $t->pgswap($command, { user => $case->{user} // 'owner' }, $case->{table}, @line);
    return ($run) if $run->{exit} == $expected && $run->{err} !~ /AddressSanitizer|LeakSanitizer|runtime error:/;
    return ($run, "$command: exit $run->{exit}, not $expected\n$run->{out}$run->{err}");
}

# Refused by plan and run, with reason and hint, and nothing touched.
sub refusal
{
    my ($case, $regexp, @change) = @_;
    my @wrong;
    for my $command ('plan', 'run')
    {
        my ($run, @problems) = program($case, 4, $command, @change, @{ $case->{options} });
        push @wrong, @problems;
        push @wrong, "$command: no word of /$regexp/ in\n$run->{err}" unless $run->{err} =~ /$regexp/i;
        push @wrong, "$command: no hint" unless $run->{err} =~ /^pgswap: hint: \S/m;
    }
    return @wrong;
}

# The plan names what the case says it does.
sub says
{
    my ($case, @change) = @_;
    my ($run, @wrong) = program($case, 0, 'plan', @change, @{ $case->{options} });
    return @wrong if @wrong || "$run->{out}$run->{err}" =~ /$case->{says}/i;
    return "plan: no word of /$case->{says}/ in\n$run->{out}$run->{err}";
}

# run, then what stands between, then finish (or abort after a revert); stops at the first problem.
sub swap
{
    my ($case, $between, @change) = @_;
    my @said = $case->{says} ? says($case, @change) : ();
    my (undef, @wrong) = program($case, 0, 'run', @change, @{ $case->{options} });
    push @wrong, @said;
    push @wrong, $between->() if !@wrong && $between;
    (undef, my @unfinished) = @wrong ? () : program($case, 0, $between ? 'abort' : 'finish');
    return (@wrong, @unfinished);
}

sub left_over
{
    my ($database) = @_;
    my $dbh = $t->connect(user => undef, dbname => $database);
    local $t->{admin} = $dbh;
    my $left = $t->leftovers;
    $dbh->disconnect;
    return $left eq '' ? () : "left over: $left";
}

sub snapshot { return Pgswap::Fidelity::snapshot($t, @_) }

sub compare
{
    my ($before, $database, %how) = @_;
    my $after = snapshot($database);
    return (left_over($database), Pgswap::Fidelity::differences($before, $after, %how));
}

# What a case says may differ in all scenarios.
sub spelled { return map { $_ => $_[0]{$_} } qw(fact spelling) }

sub identity
{
    my ($case, $database, $before) = @_;
    my @wrong = swap($case, undef, '--force-rewrite');
    return @wrong ? @wrong : compare($before, $database, spelled($case));
}

sub change
{
    my ($case, $database, $before) = @_;
    my $plain = plain($case, make_database("$database plain", $database));
    my @wrong = swap($case, undef, '--alter', $case->{change} // Pgswap::Fidelity::DEFAULT_CHANGE);
    return @wrong if @wrong;
    my @lines = $case->{expects_lines} ? @{ $case->{lines} } : Pgswap::Fidelity::widening_lines($before->{dump} // []);
    return compare($before, $database, changed => 1, plain => $plain, spelled($case), lines => \@lines);
}

# The catalogs after a plain ALTER TABLE; undef if PostgreSQL does not do it.
sub plain
{
    my ($case, $database) = @_;
    my $dbh = $t->connect(user => undef, dbname => $database);
    $dbh->do('set client_min_messages = error');
    my $role = $dbh->quote_identifier($case->{user} // 'owner');
    my $done = eval { $dbh->do("set role $role"); $dbh->do("alter table $case->{table} " . ($case->{change} // Pgswap::Fidelity::DEFAULT_CHANGE)) };
    $dbh->disconnect;
    return $done ? [ $t->catalog_lines($database) ] : undef;
}

# Swap, writes, revert: the schema of the start, and the data of the moment before the revert.
sub revert
{
    my ($case, $database, $before) = @_;
    my @wrong = swap($case, sub {
        my $dbh = $t->connect(user => undef, dbname => $database);
        $dbh->do(q{set search_path = ''; set client_min_messages = error});
        $dbh->do($case->{writes} // touch_all($dbh, $case->{table}));
        $dbh->disconnect;
        Pgswap::Fidelity::written($before, snapshot($database));
        my (undef, @problems) = program($case, 0, 'revert');
        return @problems;
    }, '--alter', $case->{change} // Pgswap::Fidelity::DEFAULT_CHANGE);
    return @wrong ? @wrong : compare($before, $database, spelled($case));
}

sub touch_all
{
    my ($dbh, $table) = @_;
    my ($column) = $dbh->selectrow_array(<<~'SQL', undef, $table);
        select quote_ident(attname) from pg_attribute where attrelid = ?::regclass and attnum > 0
           and not attisdropped and attgenerated = '' and attidentity <> 'a' order by attnum desc limit 1
        SQL
    return "update $table set $column = $column";
}

my %SCENARIO = (identity => \&identity, change => \&change, revert => \&revert);

# All scenarios of a case, each in its own copy of the database: [name, problem…] each.
sub run_case
{
    my ($name) = @_;
    my $case = Pgswap::Fidelity::load($root, $name);
    return [ needs => $case->{needs} ] if $case->{needs} && $knows{ $case->{needs} } eq 'false';
    my $origin = set_up($case);
    my $before = snapshot($origin);
    local $t->{dbname} = $origin;
    if (my $regexp = $case->{refused})
    {
        my @change = $case->{change} ? ('--alter', $case->{change}) : ('--force-rewrite');
        return [ refused => refusal($case, $regexp, @change), compare($before, $origin) ];
    }
    my @results;
    for my $scenario (grep { $_ ne 'revert' || $can_revert } @{ $case->{scenarios} })
    {
        my $database = $t->{dbname} = make_database("$name $scenario", $origin);
        my @wrong = eval { $SCENARIO{$scenario}->($case, $database, snapshot($database)) };
        push @wrong, "died: $@" if $@;
        my $refused = '';
        if ($case->{may_refuse} && @wrong && $wrong[0] =~ /^(?:run|plan): exit 4/)
        {
            my @change = $scenario eq 'identity' ? '--force-rewrite' : ('--alter', $case->{change} // Pgswap::Fidelity::DEFAULT_CHANGE);
            $refused = ' (refused)';
            @wrong = (refusal($case, $case->{may_refuse}, @change), compare($before, $database));
        }
        push @results, [ $scenario . $refused, @wrong ];
    }
    return @results;
}

# ---- the harness itself: it finds each kind of damage -------------------------------------------

my @DAMAGE = (
    [ 'a comment'         => q{comment on column app.t.note is null}, "pg_description objoid='column note of table app.t'" ],
    [ 'a grant'           => 'revoke select on app.t from reader', "pg_class relname='t' .*relacl was" ],
    [ 'a column grant'    => 'revoke update (note) on app.t from reader', "attname='note': attacl was" ],
    [ 'a type'            => 'alter table app.t alter n type bigint', "attname='n': .*is 'type bigint'" ],
    [ 'a length'          => 'alter table app.t alter short type varchar(20)', "attname='short': atttypmod was" ],
    [ 'NOT NULL'          => 'alter table app.t alter n drop not null', "attname='n': attnotnull was" ],
    [ 'a default'         => 'alter table app.t alter n set default 8', "adnum='n'.*adbin was '7', is '8'" ],
    [ 'the order'         => 'alter table app.t drop n, add n int not null default 7', "attname='n': attnum was" ],
    [ 'a trigger'         => 'alter table app.t disable trigger tr', "pg_trigger tgrelid='table app.t'.*tgenabled was 'O', is 'D'" ],
    [ 'a condition'       => 'drop trigger tr on app.t; create trigger tr before insert on app.t for each row when (new.id > 1) execute function app.f()',
                             "pg_trigger tgrelid='table app.t'.*tgqual was" ],
    [ 'a rule'            => 'alter table app.t disable rule r', "pg_rewrite .*rulename='r'.*ev_enabled was" ],
    [ 'a policy'          => 'alter policy p on app.t using (id > 1)', "pg_policy polname='p' .*polqual was" ],
    [ 'row security'      => 'alter table app.t disable row level security', "pg_class relname='t' .*relrowsecurity was" ],
    [ 'a check'           => q{update pg_constraint set convalidated = false where conname = 'positive'}, "pg_constraint .*conname='positive'.*convalidated was" ],
    [ 'an index'          => 'drop index app.by_note; create index by_note on app.t (note desc)', "pg_index indexrelid='index app.by_note' .*indoption was" ],
    [ 'the cluster mark'  => 'alter table app.t set without cluster', "pg_index indexrelid='index app.t_pkey' .*indisclustered was" ],
    [ 'a column target'   => 'alter table app.t alter note set statistics -1', "attname='note': attstattarget was '5'" ],
    [ 'statistics'        => 'drop statistics app.s; create statistics app.s (ndistinct) on id, note from app.t', "pg_statistic_ext .*stxkind was" ],
    [ 'an option'         => 'alter table app.t reset (toast.autovacuum_enabled)', "pg_class relname='toast 0 of table app.t' .*reloptions was" ],
    [ 'replica identity'  => 'alter table app.t replica identity default', "pg_class relname='t' .*relreplident was" ],
    [ 'a foreign key'     => 'alter table app.c disable trigger all', q{tgrelid='table app.c' .*RI_FKey_check_ins.* tgenabled='D'} ],
    [ 'a key\'s action'   => 'alter table app.c drop constraint c_t_fkey; alter table app.c add foreign key (t) references app.t on delete cascade',
                             "pg_constraint .*conname='c_t_fkey'.*confdeltype was" ],
    [ 'a publication'     => 'alter publication pub drop table app.t', "-pg_publication_rel prpubid='publication pub' prrelid='table app.t'" ],
    [ 'the row type'      => q{comment on type app.t is 'x'}, "pg_description objoid='type app.t'" ],
    [ 'inheritance'       => 'alter table app.p detach partition app.p1', "-pg_inherits inhrelid='table app.p1'" ],
    [ 'a view'            => 'alter view app.v set (security_barrier)', "pg_class relname='v' .*reloptions was" ],
    [ 'a view\'s text'    => 'create or replace view app.v as select id from app.t where id > 1', "pg_rewrite .*'view app.v'.*ev_action was" ],
    [ 'a function'        => q{create or replace function app.f() returns trigger language plpgsql as 'begin return null; end'}, "pg_proc proname='f' .*prosrc was" ],
    [ 'a sequence value'  => q{select nextval('app.t_id_seq')}, "value of sequence app.t_id_seq" ],
    [ 'a sequence'        => q{alter sequence app.t_id_seq cache 5}, "pg_sequence seqrelid='sequence app.t_id_seq'.*seqcache was" ],
    [ 'a sequence owner'  => 'alter sequence app.t_id_seq owned by none', "-pg_depend objid='sequence app.t_id_seq' refobjid='column id of table app.t'" ],
    [ 'an owner'          => 'alter table app.t owner to helper', "pg_class relname='t' .*relowner was" ],
    [ 'a row'             => 'delete from app.t where id = 7', 'data of app.t' ],
    [ 'a value'           => q{update app.t set note = null where id = 7}, 'data of app.t.note' ],
    [ 'two values'        => q{update app.t set note = case id when 7 then 'n8' else 'n7' end where id in (7, 8)}, 'data of app.t' ],
    [ 'a matview'         => 'refresh materialized view app.m', 'data of app.m' ]);

sub without_dump { return { %{ $_[0] }, dump => undef } }

sub damage
{
    my $origin = make_database('harness');
    my $dbh = $t->connect(user => undef, dbname => $origin);
    $dbh->do('set client_min_messages = warning');
    $dbh->do($_) for split /;\n/, <<~'SQL';
        create table app.t (id serial primary key, note text constraint positive check (note <> ''), n int not null default 7, short varchar(10))
               with (toast.autovacuum_enabled = off);
        insert into app.t (note) select 'n' || i from generate_series(1, 30) i;
        create materialized view app.m as select id from app.t where id < 10; delete from app.t where id = 3;
        create view app.v as select id from app.t;
        create function app.f() returns trigger language plpgsql as 'begin return new; end';
        create trigger tr before insert on app.t for each row execute function app.f();
        create rule r as on delete to app.t where old.id < 0 do instead nothing;
        create policy p on app.t using (id > 0); alter table app.t enable row level security;
        create index by_note on app.t (note); create statistics app.s on id, note from app.t;
        create publication pub for table app.t; create table app.p (k int) partition by range (k);
        create table app.p1 partition of app.p for values from (1) to (2);
        create table app.c (t int references app.t); alter table app.t cluster on t_pkey, replica identity full;
        alter table app.t alter note set statistics 5; grant select on app.t to reader; comment on column app.t.note is 'text';
        grant update (note) on app.t to reader
        SQL
    $dbh->disconnect;
    my $before = snapshot($origin);
    for my $i (0 .. $#DAMAGE)
    {
        my ($what, $sql, $finds) = @{ $DAMAGE[$i] };
        my $copy = make_database("harness $i", $origin);
        my $session = $t->connect(user => undef, dbname => $copy);
        is(join('', Pgswap::Fidelity::differences($before, snapshot($copy))), '', 'the harness sees nothing where nothing is') if $i == 0;
        $session->do($sql);
        $session->disconnect;
        like(join("\n", Pgswap::Fidelity::differences(without_dump($before), without_dump(snapshot($copy)))), qr/$finds/, "the harness finds damage to $what");
    }
    return;
}

# ---- workers ----------------------------------------------------------------------------------

# A worker does every WORKERS-th case and leaves its results in a file.
sub work
{
    my ($number) = @_;
    my $file = "$ENV{TESTDIR}/results.$number";
    my $pid = fork() // die "fork: $!";
    return [ $pid, $file ] if $pid;
    $SIG{$_} = 'DEFAULT' for qw(TERM INT HUP PIPE __DIE__);
    my $said = '';
    Test::More->builder->$_(\$said) for qw(output failure_output todo_output);
    my %results;
    for my $i (grep { $_ % WORKERS == $number } 0 .. $#names)
    {
        my @got = eval { run_case($names[$i]) };
        $results{ $names[$i] } = $@ ? [ [ setup => "died: $@" ] ] : \@got;
    }
    PostgreSQL::Test::Utils::append_to_file($file, JSON::PP->new->canonical->ascii->encode(\%results));
    POSIX::_exit(0);
}

$t->can_dump('what pg_dump says is compared, too');
$t->{admin}->disconnect;    # shop is the template of every case
damage() if !@picked || grep { $_ eq 'harness' } @picked;
my @workers = map { work($_) } 0 .. WORKERS - 1;
my %results;
for my $worker (@workers)
{
    waitpid $worker->[0], 0;
    is($?, 0, 'a worker came to its end');
    next unless -e $worker->[1];
    %results = (%results, %{ JSON::PP->new->decode(PostgreSQL::Test::Utils::slurp_file($worker->[1])) });
}
$t->{admin} = $t->connect(user => undef);

for my $name (@names)
{
    for my $result (@{ $results{$name} // [ [ 'nothing', 'no result' ] ] })
    {
        my ($scenario, @wrong) = @$result;
        next if $scenario eq 'needs' && !$t->can_know(@wrong, $name);
        ok(!@wrong, "$name: $scenario") or diag(map { "  $_\n" } @wrong);
    }
}

done_testing();
