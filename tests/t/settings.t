# Values are computed with the parameters of the sessions that use them: what functions behind indexes,
# checks, generated columns and defaults, and the change's own expressions, make of a row is what a plain
# ALTER TABLE by the table's owner, in a new session of the database, makes of it.  The oracle is that ALTER
# TABLE on a copy; indexes are looked at by amcheck and by asking them what a scan finds.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Cases;
use Pgswap::Test;
use Test::More;

my $t = Pgswap::Test->start('settings');
our $table = 'app.t';
my @BIGINT = ('--alter', 'ALTER COLUMN id TYPE bigint');
my $pins_path = $t->value('show server_version_num') >= 170000;    # PostgreSQL itself, when it builds an index

$t->sql('create extension amcheck; create extension citext; create extension btree_gist');

sub section { return Pgswap::Cases::run($t, @_) }

# An empty schema, and no settings but the given ones: of the database, or "ROLE …: SETTING".
sub begin
{
    my ($sql, @settings) = @_;
    $t->sql('drop schema app cascade; create schema app authorization owner');
    $t->sql("alter $_ reset all") for 'database shop', 'role owner', 'role owner in database shop';
    $t->sql(/^(role [^:]+): (.+)/ ? "alter $1 set $2" : "alter database shop set $_") for @settings;
    $t->sql_as(owner => $sql);
    return;
}

sub goes
{
    my ($name, $command, @options) = @_;
    return $t->exits($t->pgswap($command, ref $options[0] ? shift @options : (), $table, @options), 0, "$name: $command");
}

# As the application sees it: in a new session of the owner.
sub seen
{
    my ($sql) = @_;
    my $dbh = $t->connect;
    my @found = map { join '|', map { $_ // 'NULL' } @$_ } @{ $dbh->selectall_arrayref($sql) };
    $dbh->disconnect;
    return join "\n", @found;
}

# What each condition finds by an index is what a scan finds.
sub indexes_agree
{
    my ($name, @conditions) = @_;
    my ($scan, $index) = map { my $set = $_; join ' ', map { my $dbh = $t->connect; $dbh->do($set);
        my ($n) = $dbh->selectrow_array("select count(*) from app.t where $_"); $dbh->disconnect; $n } @conditions }
        'set enable_indexscan = off; set enable_bitmapscan = off; set enable_indexonlyscan = off', 'set enable_seqscan = off';
    unlike($scan, qr/\b0\b/, "$name: every condition finds something");
    return is($index, $scan, "$name: an index finds what a scan finds");
}

# Every B-tree of the table holds what its expressions give in a session like the owner's.
sub amcheck
{
    my ($name) = @_;
    my $dbh = $t->connect(user => undef);
    for my $index (@{ $dbh->selectcol_arrayref(<<~'SQL') })
        select indexrelid::regclass::text from pg_index i join pg_class c on c.oid = indexrelid join pg_am m on m.oid = c.relam
         where indrelid = 'app.t'::regclass and amname = 'btree' order by 1
        SQL
    {
        ok(eval { $dbh->do("select bt_index_check('$index', true)"); 1 }, "$name: amcheck of $index") or diag($@);
    }
    $dbh->disconnect;
    return;
}

# In every state on the way: after run, with rows written; after revert; after another swap.
sub on_the_way
{
    my ($name, $writes, $look, @options) = @_;
    goes($name, 'run', @options) or return;
    $look->("$name, swapped");
    $t->sql_as(owner => $writes->(1));
    $look->("$name, swapped and written");
    goes($name, 'revert');
    $look->("$name, reverted");
    $t->sql_as(owner => $writes->(2));
    goes($name, 'swap');
    $look->("$name, swapped again");
    goes($name, 'finish');
    $look->("$name, finished");
    return;
}

# The rows of both tables, in one form.
sub same_rows
{
    my ($name, $columns) = @_;
    my ($is, $should) = map { $t->value("set TimeZone = 'UTC'; set DateStyle = 'ISO'; select string_agg(r::text, E'\n' order by id) from (select $columns from app.$_) r") } 't', 'plain';
    $t->sql('reset TimeZone; reset DateStyle');
    return is($is, $should, "$name: the values are those of a plain ALTER TABLE");
}

my $FUNCTIONS = <<'SQL';
    create function app.day_of(ts timestamptz) returns date language sql immutable strict as 'select ts::date';
    create function app.said(ts timestamptz) returns text language plpgsql immutable strict as 'begin return ts::text; end';
    create function app.read(t text) returns date language sql immutable strict as 'select t::date';
    create function app.shown(f float8) returns text language plpgsql immutable strict as 'begin return f::text; end';
    create function app.hidden(b bytea) returns text language plpgsql immutable strict as 'begin return b::text; end';
    create function app.span(i interval) returns text language plpgsql immutable strict as 'begin return i::text; end';
    create function app.money(m money) returns text language plpgsql immutable strict as 'begin return m::text; end';
    create function app.words(t text) returns tsvector language plpgsql immutable strict as 'begin return to_tsvector(t); end';
    create function app.tenant(t text) returns text language plpgsql immutable strict as 'begin return current_setting(''app.tenant'', true) || t; end';
SQL

my @STYLES = ("TimeZone = 'America/New_York'", "DateStyle = 'SQL, DMY'", "IntervalStyle = 'iso_8601'", 'extra_float_digits = -9',
    "bytea_output = 'escape'", "default_text_search_config = 'pg_catalog.english'", "app.tenant = 'acme'");

my $EACH_KIND = <<"SQL";
    $FUNCTIONS
    create domain app.local as timestamptz check (app.said(value) ~ '^01/0./2024 ');
    create table app.t (id int primary key, at timestamptz not null, f float8, b bytea, i interval, n text, d app.local,
        day date generated always as (app.day_of(at)) stored,
        said text generated always as (app.said(at)) stored,
        shown text generated always as (app.shown(f)) stored,
        constraint local_night check (app.said(at) like '% 22:00:00 E%'),
        constraint one_a_day exclude using gist (app.day_of(at) with =));
    create index t_day on app.t (app.day_of(at));
    create unique index t_said on app.t (app.said(at));
    create index t_float on app.t (app.shown(f));
    create index t_bytes on app.t (app.hidden(b));
    create index t_span on app.t (app.span(i));
    create index t_tenant on app.t (app.tenant(n));
    create index t_march on app.t (id) where app.said(at) like '01/03/%';
    create index t_words on app.t using gin (app.words(n));
    create statistics app.t_days on (app.day_of(at)), id from app.t;
    insert into app.t select g, timestamptz '2024-03-01 22:00:00 America/New_York' + g * interval '24 hours', 1 / 3::float8 + g, 'a\\000'::bytea, g * interval '1 day',
        'running ' || g, '2024-03-01 23:00-05' from generate_series(0, 8) g;
SQL

my @CONDITIONS = ("app.day_of(at) = '01/03/2024'", "app.said(at) = '01/03/2024 22:00:00 EST'", 'app.shown(f) = app.shown(1 / 3::float8)',
    "app.hidden(b) = 'a\\000'", "app.span(i) = 'P1D'", "app.tenant(n) = 'acmerunning 1'", "app.said(at) like '01/03/%'",
    "app.words(n) @@ 'run'::tsquery");

section 'what is built, settings of the database' => sub {
    my $name = 'what is built';
    my ($add, $set) = ("insert into app.t (id, at, f, n) values (10%d, timestamptz '2024-05-0%d 22:00:00 America/New_York', 5, 'ran')", 'update app.t set f = f + 1');
    begin($EACH_KIND =~ s/^ +(?:\w+ \w+ generated|constraint local_night|create domain).*\n//mgr =~ s/app\.local/timestamptz/r, @STYLES);
    on_the_way($name, sub { "$set; " . sprintf $add, $_[0], $_[0] }, sub { amcheck($_[0]); indexes_agree($_[0], @CONDITIONS[ 0, 1, 3 .. 7 ]) }, @BIGINT);
};

section 'every kind of object, settings of the database' => sub {
    my $name = 'settings of the database';
    begin($EACH_KIND, @STYLES);
    on_the_way($name, sub { "update app.t set f = f + 1; insert into app.t (id, at, f, n) values (100 + $_[0], timestamptz '2024-05-0$_[0] 22:00:00 America/New_York', 5, 'ran')" },
        sub {
            my ($now) = @_;
            amcheck($now);
            indexes_agree($now, @CONDITIONS[ 0, 1, 3 .. 7 ]);
            is(seen("select count(*) from app.t where (day, said, shown) is distinct from (app.day_of(at), app.said(at), app.shown(f))"), '0', "$now: generated columns are right");
            is(seen("select count(*) from pg_stats_ext_exprs where statistics_name = 't_days' and not histogram_bounds::text ~ '\\m01/03/2024\\M'"), '0', "$now: statistics are of the local days");
        }, @BIGINT);
    $t->is_clean("$name: nothing is left");
};

section 'settings of the role count before those of the database' => sub {
    my $name = 'settings of the role';
    begin($EACH_KIND, @STYLES[ 1 .. $#STYLES ], "TimeZone = 'Asia/Tokyo'", "role owner in database shop: TimeZone = 'America/New_York'",
        "role owner: TimeZone = 'Asia/Kolkata'", "role owner: app.tenant = 'ours'");
    goes($name, 'run', @BIGINT);
    indexes_agree($name, @CONDITIONS[ 0, 1 ], "app.tenant(n) = 'oursrunning 1'");
    # a superuser's session has other settings than the owner's, and it is the owner's that count
    goes($name, 'finish');
    $t->sql(q{create role admin superuser login; alter role admin set TimeZone = 'Asia/Tokyo'; alter role admin set app.tenant = 'theirs'});
    goes("$name, as a superuser", 'run', { user => 'admin' }, '--alter', 'ALTER COLUMN n TYPE varchar(50)');
    indexes_agree("$name, as a superuser", @CONDITIONS[ 0, 1 ], "app.tenant(n) = 'oursrunning 1'");
    goes("$name, as a superuser", 'finish', { user => 'admin' });
    $t->sql('drop owned by admin; drop role admin');
};

section 'what the machine has in its environment decides nothing' => sub {
    my $name = 'environment';
    begin($EACH_KIND, @STYLES);
    my %tokyo = (PGTZ => 'Asia/Tokyo', PGDATESTYLE => 'German', PGOPTIONS => '-c IntervalStyle=sql_standard -c app.tenant=other -c search_path=public');
    goes($name, 'run', { env => { PGTZ => 'Asia/Tokyo', PGOPTIONS => '-c bytea_output=hex -c TimeZone=Asia/Tokyo' } }, @BIGINT, '--until=ready');
    goes($name, 'run', { env => \%tokyo });
    indexes_agree("$name, swapped", @CONDITIONS);
    $t->sql_as(owner => "update app.t set f = f");
    # nor what the database has got since: rows of one table are computed in one way
    goes($name, 'revert', { env => \%tokyo });
    amcheck("$name, reverted");
    indexes_agree("$name, reverted", @CONDITIONS);
    goes($name, 'abort', { env => \%tokyo });
};

section 'conversions' => sub {
    my $name = 'conversions';
    begin(<<~"SQL", @STYLES);
        $FUNCTIONS
        create table app.t (id int primary key, ts timestamp, note text, z timestamptz, iv interval, f float8, b bytea);
        insert into app.t select g, timestamp '2024-03-10 00:30:00' + g * interval '1 hour', '0' || g || '/02/2024', timestamptz '2024-03-10 05:00:00+00' + g * interval '1 hour',
            g * interval '25 hours', 1 / 3::float8, 'a\\000' from generate_series(1, 9) g;
        create table app.plain (like app.t including all); insert into app.plain select * from app.t;
        SQL
    my $change = join ', ', 'ALTER COLUMN id TYPE bigint', 'ALTER COLUMN ts TYPE timestamptz', 'ALTER COLUMN note TYPE date USING note::date', 'ALTER COLUMN z TYPE timestamp',
        'ALTER COLUMN iv TYPE text', 'ALTER COLUMN f TYPE text', 'ALTER COLUMN b TYPE text USING b::text', q{ADD COLUMN since timestamptz DEFAULT '02/01/2024 00:00'},
        q{ADD COLUMN made date DEFAULT app.day_of('2024-03-02 03:00+00')};
    $t->sql_as(owner => "alter table app.plain $change");
    my $plan = $t->pgswap('plan', 'app.t', '--alter', $change);
    like($plan->{out}, qr/column ts is converted with TimeZone = America\/New_York, DateStyle = SQL, DMY/, "$name: the plan says under which zone");
    like($plan->{out}, qr/column $_ is converted with/, "$name: the plan says so of $_") for qw(note z iv b);
    goes($name, 'run', '--no-revert', '--alter', $change);
    same_rows($name, '*');
    goes($name, 'finish');
};

section 'conversions, there and back' => sub {
    my $name = 'there and back';
    begin(<<~"SQL", @STYLES);
        create table app.t (id int primary key, ts timestamp, z timestamptz);
        insert into app.t select g, timestamp '2024-03-10 05:30:00' + g * interval '1 hour', timestamptz '2024-03-10 15:00:00+00' + g * interval '1 hour' from generate_series(1, 9) g;
        create table app.plain (like app.t including all); insert into app.plain select * from app.t;
        SQL
    my @change = ('--alter', 'ALTER COLUMN ts TYPE timestamptz, ALTER COLUMN z TYPE timestamp');
    goes($name, 'run', { env => { PGTZ => 'Asia/Tokyo' } }, @change);
    $t->sql_as(owner => "alter table app.plain alter column ts type timestamptz, alter column z type timestamp");
    same_rows("$name, swapped", '*');
    $t->sql_as(owner => "update app.$_ set ts = ts + interval '1 hour', z = z + interval '1 hour'") for 't', 'plain';
    goes($name, 'revert');
    $t->sql_as(owner => "alter table app.plain alter column ts type timestamp, alter column z type timestamptz");
    same_rows("$name, reverted", '*');
    goes($name, 'abort');
};

# ---- search_path ------------------------------------------------------------------------------

# By it functions find others, and operators: citext has its own.
my $BY_PATH = <<'SQL';
    create function app.inner_word(t text) returns text language sql immutable strict as 'select upper(t)';
    create function app.word(t text) returns text language sql immutable strict as 'select inner_word(t)';
    create function app.is_admin(e citext) returns boolean language plpgsql immutable strict as 'begin return e like ''ADMIN%''; end';
    create table app.noted (what text);
    create function app.note() returns trigger language plpgsql as 'begin insert into app.noted values (new.email); return null; end';
    create table app.t (id int primary key, email citext, name text, n int default 0,
        w text generated always as (word(name)) stored, constraint no_admins check (is_admin(email) or id > 0));
    create unique index t_distinct on app.t (n) where email is distinct from 'ADMIN@example.org';
    create view app.plain_names as select id, nullif(email, 'ADMIN@EXAMPLE.ORG') as email from app.t;
    create trigger note after update on app.t for each row when (new.email is distinct from old.email) execute function app.note();
    insert into app.t (id, email, name, n) select g, 'user' || g, 'name' || g, g from generate_series(1, 300) g;
    insert into app.t (id, email, name, n) values (0, 'admin@example.org', 'root', 1);
SQL

sub operators
{
    return $t->value(q{select string_agg(m[1]::oid::regoperator::text, ' ') from pg_index, regexp_matches(indpred::text, ':opno (\d+)', 'g') m where indexrelid = 'app.t_distinct'::regclass});
}

section 'names that are found by search_path' => sub {
    my $name = 'search_path';
    begin(q{select}, 'role owner: search_path = app, public');
    $t->sql_as(owner => $BY_PATH . ($pins_path ? '' : 'create index t_word on app.t (word(name)); create index t_admin on app.t (id) where is_admin(email);'));
    my $operators = operators();
    on_the_way($name, sub { "update app.t set name = upper(name), email = upper(email); insert into app.t (id, email, name, n) values (-$_[0], 'Admin$_[0]\@example.org', 'r$_[0]', -$_[0])" }, sub {
        my ($now) = @_;
        unless ($pins_path)
        {
            # amcheck pins the path itself
            indexes_agree($now, 'app.is_admin(email)', "app.word(name) = 'NAME7'");
        }
        is(operators(), $operators, "$now: the predicate has its operators");
        is(seen('select count(*) from app.plain_names where id = 0 and email is null'), '1', "$now: the view has its operators");
        is(seen('select count(*) from app.t where w is distinct from word(name)'), '0', "$now: generated columns are right");
        is(seen('select count(*) from app.noted'), '0', "$now: the trigger's condition has its operators");
    }, @BIGINT);
};

section 'a conversion that finds its operators by search_path' => sub {
    my $name = 'operators of a conversion';
    begin(<<~'SQL', 'role owner: search_path = app, public');
        create table app.t (id int primary key, email public.citext);
        insert into app.t values (1, 'admin'), (2, 'user');
        create table app.plain (like app.t including all); insert into app.plain select * from app.t;
        SQL
    my $change = q{ALTER COLUMN email TYPE varchar(40) USING NULLIF(email, 'ADMIN')};
    $t->sql_as(owner => "alter table app.plain $change");
    goes($name, 'run', '--no-revert', '--alter', $change);
    same_rows($name, '*');
    goes($name, 'finish');
};

section 'an operator that the search_path does not find any more' => sub {
    my $name = 'another search_path';
    begin(q{select}, 'role owner: search_path = app, public');
    $t->sql_as(owner => q{create table app.t (id int primary key, email citext, n int); create index t_distinct on app.t (n) where email is distinct from 'ADMIN';
        insert into app.t values (1, 'admin'), (2, 'user')});
    $t->sql('alter role owner set search_path = app');
    my $run = $t->pgswap('run', 'app.t', @BIGINT);
    $t->exits($run, 1, "$name: never another operator without a word");
    like($run->{err}, qr/operators of index t_distinct differs: the server's own, should be public\.=/, "$name: what it is");
    goes($name, 'abort');
    begin(q{select});
    $t->sql_as(owner => q{create table app.t (id int primary key, name text, n int); create index t_distinct on app.t (n) where name is distinct from 'a';
        insert into app.t values (1, 'a'), (2, 'b')});
    $t->sql(q{create schema planted; grant usage on schema planted to public;
        create function planted.eq(text, text) returns boolean language sql immutable as 'select true';
        create operator planted.= (leftarg = text, rightarg = text, function = planted.eq);
        alter role owner set search_path = planted, pg_catalog, app});
    $run = $t->pgswap('run', 'app.t', @BIGINT);
    $t->exits($run, 1, "$name: nor a planted one");
    like($run->{err}, qr/operators of index t_distinct differs: planted\.=, should be the server's own/, "$name: although its text is the same");
    goes($name, 'abort');
    for ([ 'rule watch' => q{create rule watch as on update to app.t where new.name is distinct from 'a' do also insert into app.log values (new.id)} ],
        [ 'rule watch on app.log' => q{create rule watch as on delete to app.log do also delete from app.t where name is distinct from 'a' and id = old.id} ],
        [ 'policy peek on app.log' => q{create policy peek on app.log using (exists (select from app.t where t.id = log.id and name is distinct from 'a'))} ],
        [ 'function app.others()' => q{create function app.others() returns bigint language sql begin atomic select count(*) from app.t where name is distinct from 'a'; end} ],
        [ 'what is on view app.shown' => q{create view app.shown as select id, name from app.t; create materialized view app.m as select id from app.shown;
            alter view app.shown alter id set default case when 'a' is distinct from 'b'::text then 1 end} ],
        [ 'what is on view app.m' => q{create materialized view app.m as select id, name from app.t; create index m_named on app.m (id) where name is distinct from 'a'} ])
    {
        my ($what, $sql) = @$_;
        begin(q{select});
        $t->sql_as(owner => "create table app.t (id int primary key, name text); create table app.log (id int); $sql; insert into app.t values (1, 'a'), (2, 'b')");
        $t->sql('alter role owner set search_path = planted, pg_catalog, app');
        $run = $t->pgswap('run', 'app.t', '--force-rewrite');
        $t->exits($run, 1, "$name: nor in $what");
        like($run->{err}, qr/operators of \Q$what\E differs: planted\.=, should be the server's own/, "$name: $what: what it is");
        goes($name, $run->{exit} == 0 ? 'finish' : 'abort');
    }
    $t->sql('drop schema planted cascade');
};

section 'what the plan says' => sub {
    my $name = 'plan';
    begin($EACH_KIND, @STYLES, 'role owner: search_path = app, public');
    $t->sql('grant create on schema public to public');
    my $plan = $t->pgswap('plan', 'app.t', @BIGINT);
    like($plan->{out}, qr/Computed as in a new session of role owner\n(?:  .*\n)+with\n(?:  .*\n)*  TimeZone +America\/New_York\n/, "$name: which parameters");
    like($plan->{out}, qr/^  app\.tenant +acme$/m, "$name: an extension's, too");
    like($plan->{out}, qr/^  \Q$_\E$/m, "$name: what they decide about: $_") for 'column day', 'constraint local_night', 'domain app.local', 'index t_day', 'index t_march', 'statistics t_days';
    unlike(($plan->{out} =~ /^Computed(.+)^with$/ms)[0], qr/t_pkey/, "$name: and nothing else");
    like($plan->{out}, qr/PUBLIC may create objects in schema public, which is in the search_path that functions of the table run with/, "$name: who could plant a function");
    my $json = $t->json($t->pgswap('plan', '--json', 'app.t', @BIGINT));
    is($json->{parameters}{TimeZone}, 'America/New_York', "$name: --json has the parameters");
    ok(scalar(grep { $_ eq 'index t_day' } @{ $json->{computed_with_parameters} }), "$name: --json says what they decide about");
    $t->sql('revoke create on schema public from public');
    unlike($t->pgswap('plan', 'app.t', @BIGINT)->{out}, qr/may create objects in/, "$name: nobody else can");
    begin('create table app.t (id int primary key, n text)', @STYLES);
    unlike($t->pgswap('plan', 'app.t', @BIGINT)->{out}, qr/Computed as in|may create objects in/, "$name: silent where nothing depends on them");
};

section 'a parameter that only a superuser may set' => sub {
    my $name = 'superuser parameter';
    begin('create table app.t (id int primary key)');
    $t->sql(q{create role deployer login; grant owner to deployer; grant create on database shop to deployer;
        alter role deployer set session_preload_libraries = 'plpgsql'; alter role owner set plpgsql.variable_conflict = 'use_column'});
    my $run = $t->pgswap('plan', { user => 'deployer' }, 'app.t', @BIGINT);
    $t->exits($run, 4, "$name: refused");
    like($run->{err}, qr/setting the parameters that the table's owner has: permission denied to set parameter "plpgsql\.variable_conflict"/, "$name: with the reason");
    goes($name, 'run', @BIGINT);    # the owner's own session has it
    goes($name, 'finish');
    $t->sql('revoke create on database shop from deployer; drop role deployer');
};

# A schema before the server's own that has everything the server's own has, but with functions that fail, tables
# without rows and types without values: what names anything without its schema meets it.
sub plant
{
    $t->sql(<<~'SQL');
        create schema planted;
        grant usage on schema planted to public;
        set client_min_messages = error;
        do $do$
        declare
            made text;
        begin
            for made in
                select format('create function planted.%I(%s) returns %s language plpgsql as %L', proname, oidvectortypes(proargtypes),
                              case when proretset then 'setof ' else '' end || prorettype::regtype,
                              format('begin raise exception %L; end', 'planted ' || oid::regprocedure))
                  from pg_proc where pronamespace = 'pg_catalog'::regnamespace and prokind in ('f', 'w')
                   and prorettype not in ('internal'::regtype, 'trigger'::regtype, 'event_trigger'::regtype)
                union all
                select format('create function planted.%I(%s) returns %s language plpgsql as %L', 'operator_' || oid, concat_ws(', ', nullif(oprleft, 0)::regtype, oprright::regtype),
                              oprresult::regtype, format('begin raise exception %L; end', 'planted ' || oid::regoperator))
                  from pg_operator where oprnamespace = 'pg_catalog'::regnamespace and oprcode <> 0
                union all
                select format('create operator planted.%s (function = planted.%I, %s rightarg = %s)', oprname, 'operator_' || oid,
                              'leftarg = ' || nullif(oprleft, 0)::regtype || ',', oprright::regtype)
                  from pg_operator where oprnamespace = 'pg_catalog'::regnamespace and oprcode <> 0
                   -- pg_get_viewdef() of the server itself finds these by search_path
                   and oid::regoperator::text not in ('=(oid,oid)', '=(name,name)')
                union all
                select format('create aggregate planted.%I(%s) (sfunc = pg_catalog.int8inc, stype = bigint, initcond = %L)', proname,
                              case pronargs when 0 then '*' else oidvectortypes(proargtypes) end, '77')
                  from pg_proc where oid in ('pg_catalog.count()'::regprocedure)
                union all
                select format('create table planted.%I (like pg_catalog.%I)', relname, relname) from pg_class
                 where relnamespace = 'pg_catalog'::regnamespace and relkind in ('r', 'v')
                union all
                select format('create domain planted.%I as pg_catalog.%I check (false)', typname, typname) from pg_type
                 where typnamespace = 'pg_catalog'::regnamespace and typtype = 'b' and typname !~ '^_'
                   and not exists (select from pg_class where relname = typname and relnamespace = 'pg_catalog'::regnamespace)
            loop
                begin
                    execute made;
                exception when others then null; -- pseudo-types and the like
                end;
            end loop;
        end $do$;
        grant select on all tables in schema planted to public;
        reset client_min_messages;
        SQL
    cmp_ok($t->value(q{select count(*) from pg_proc where pronamespace = 'planted'::regnamespace}), '>', 2000, 'a whole catalog is planted');
    return;
}

section 'a schema that hides the server\'s own' => sub {
    my $name = 'hidden catalog';
    local our $table = 'app.zebra';
    begin(<<~'SQL');
        create table app.p (id int primary key);
        insert into app.p values (1), (2);
        create table app.zebra (id int generated by default as identity primary key, p int references app.p, name varchar(30), doc jsonb, at date, code varchar(30), old text, s serial,
            up text generated always as (upper(name)) stored, constraint short check (length(name) < 30), exclude using gist (id with =));
        create index zebra_name on app.zebra (lower(name)) where name <> 'x';
        create view app.names as select name, count(*) from app.zebra group by 1;
        insert into app.zebra (p, name, doc, at, old) select 1 + g % 2, 'n' || g, '{"a": 1}', '2024-01-01', 'o' from generate_series(1, 1000) g;
        SQL
    plant();
    $t->sql('alter role owner set search_path = planted, pg_catalog, app');
    $t->sql_as(owner => 'update app.zebra set at = null where id OPERATOR(pg_catalog.=) 5');    # no expression of the table looks names up
    my @change = ('--alter', 'ALTER COLUMN id TYPE bigint, ALTER COLUMN code TYPE pg_catalog.text, DROP COLUMN old, ADD COLUMN more pg_catalog.text DEFAULT $$m$$');
    my $writes = q{update app.zebra set doc = '{"b": 2}' where id OPERATOR(pg_catalog.<) 100; delete from app.zebra where id OPERATOR(pg_catalog.=) 500; insert into app.zebra (p, name) values (1, 'late')};
    my $point = $t->hold('copy-done');
    my $run = $t->spawn('run', 'app.zebra', @change, '--pause-at', 'copy-done');
    $t->arrived($point, $run);
    $t->sql_as(owner => $writes);
    $t->let_go($point);
    $t->exits($t->reap($run), 0, "$name: run");
    $t->sql_as(owner => $writes);
    goes($name, 'verify');
    goes($name, 'revert');
    $t->sql_as(owner => $writes);
    goes($name, 'swap');
    goes($name, 'revert');
    is($t->value('select count(*) from app.zebra'), 1002, "$name: the rows are there");
    goes($name, 'abort');
    $t->is_clean("$name: nothing is left");
    $t->sql('alter role owner reset all; drop schema planted cascade');
};

done_testing();
