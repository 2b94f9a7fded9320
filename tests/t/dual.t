# Dual write: while capture writes both tables, every snapshot sees them equal but for the keys in the change log.
# The judge is the server: both tables are compared in one snapshot of a session of its own, through the mapping as
# written here.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use DBD::Pg qw(:async);
use Pgswap::Cases;
use Pgswap::Oracle;
use Pgswap::Test;
use Test::More;
use Time::HiRes qw(sleep time);

my $t = Pgswap::Test->start('dual', autovacuum => 'off', timezone => 'UTC');
my $look = $t->connect(user => undef);

sub section { return Pgswap::Cases::run($t, @_) }

# The table, and what pgswap is told; brings it to where capture writes both tables, and stops there.
# Gives the pause point and the run.
sub dual
{
    my (%with) = @_;
    $t->sql('drop table if exists app.t cascade');
    $t->sql_as(owner => $with{table} . ';' . ($with{rows} // 'insert into app.t select i, i % 97, md5(i::text) from generate_series(1, 1000) i'));
    $t->sql('grant all on app.t to writer; grant usage on all sequences in schema app to writer');
    $t->exits($t->pgswap('run', 'app.t', @{ $with{change} }, '--until=ready', @{ $with{options} // [] }), 0, "$with{name}: ready");
    my $point = $t->hold('swap-close');
    my $run = $t->spawn('swap', 'app.t', '--pause-at', 'swap-close', @{ $with{options} // [] });
    $t->arrived($point, $run);
    $t->sql(sprintf q{select pgswap.dual_write_until('infinity', %d)}, id());    # however slow this machine is
    return ($point, $run);
}

sub id { return $t->value(q{select id from pgswap.migration order by id desc limit 1}) }

# Keys that wait in the change log.
sub logged { return $t->value(sprintf 'select count(*) from pgswap.log_%d_1_%s', id(), $_[0] // 'blue') }

# Where live, as the mapping has it, and standby differ.
sub apart
{
    my ($columns, $standby_columns, $standby) = @_;
    $standby //= sprintf 'pgswap_%d_green.t', id();
    return $look->selectrow_array(<<~"SQL");
        select count(*) from ((select $columns from app.t except all select $standby_columns from $standby)
        union all (select $standby_columns from $standby except all select $columns from app.t)) d
        SQL
}

# The swap goes through at its first attempt, with nothing drained, and all is there.
sub goes_through
{
    my ($name, $point, $run) = @_;
    $t->let_go($point);
    $t->exits($t->reap($run), 0, "$name: the swap");
    $t->exits($t->pgswap('finish', 'app.t'), 0, "$name: finish");
    return $t->is_clean("$name: nothing is left");
}

my @STATEMENTS = (
    [ insert => q(insert into app.t (id, n, note) values (5001, 1, 'a'), (5002, null, null)) ],
    [ 'insert, of select' => q(insert into app.t (id, n, note) select i, i, 'many' from generate_series(6001, 6300) i) ],
    [ update => q(update app.t set n = n + 1, note = 'x' where id <= 50) ],
    [ 'update of nothing' => q(update app.t set n = 0 where id = -1) ],
    [ 'key of one' => q(update app.t set id = 7001 where id = 1) ],
    [ 'keys, one after the other' => q(update app.t set id = id + 10000 where id between 100 and 140) ],
    [ 'keys that move into each other' => q(with o as (delete from app.t where id between 150 and 160 returning *) insert into app.t (id, n, note) select id + 90000, n, note from o) ],
    [ delete => q(delete from app.t where id between 200 and 260) ],
    [ 'on conflict' => q(insert into app.t (id, n, note) values (300, 1, 'u'), (8001, 1, 'i') on conflict (id) do update set n = excluded.n, note = excluded.note) ],
    [ 'on conflict do nothing' => q(insert into app.t (id, n, note) values (300, 1, 'u') on conflict do nothing) ],
    [ 'delete and insert again' => q(begin; delete from app.t where id = 400; insert into app.t (id, n, note) values (400, 4, 'again'); commit) ],
    [ 'a savepoint rolled back' => q(begin; insert into app.t (id, n, note) values (8101, 1, 'a'); savepoint s; update app.t set n = 5 where id = 8101; delete from app.t where id = 401; rollback to s; commit) ],
    [ 'rolled back' => q(begin; delete from app.t; rollback) ],
    [ 'the same row twice' => q(begin; update app.t set n = 1 where id = 402; update app.t set n = 2 where id = 402; delete from app.t where id = 402; commit) ],
    [ 'replica role' => q(begin; set local session_replication_role = replica; update app.t set n = 3 where id = 403; commit), 'superuser' ],
    [ 'hostile settings' => q(begin; set local search_path = pg_temp; set local timezone = 'Asia/Kabul'; set local datestyle = 'SQL, DMY'; set local extra_float_digits = -10; update app.t set n = 4 where id = 404; commit), 'superuser' ],
    [ 'serializable' => q(begin isolation level serializable; update app.t set n = 6 where id = 405; commit) ]);

# Writes it all while both tables are written: after each of them both are equal, and nothing came to the log.
sub all_kinds
{
    my ($name, @apart) = @_;
    my %session = map { $_ => $t->connect(user => $_ eq 'superuser' ? undef : $_) } 'writer', 'superuser';
    for (@STATEMENTS)
    {
        my ($what, $sql, $user) = @$_;
        $session{ $user // 'writer' }->do($sql);
        is(apart(@apart), 0, "$name: $what");
        is(logged(), 0, "$name: $what: is written, not logged");
    }
    $session{writer}->do('copy app.t (id, n, note) from stdin');
    $session{writer}->pg_putcopydata("$_\t1\tcopied\n") for 9001 .. 9100;
    $session{writer}->pg_putcopyend;
    is(apart(@apart), 0, "$name: COPY");
    is(logged(), 0, "$name: COPY: is written, not logged");
    $_->disconnect for values %session;
    return;
}

my $PLAIN = 'create table app.t (id int primary key, n int, note text)';
for my $capture ([], ['--row-capture'])
{
    my $name = @$capture ? 'every kind of write, row by row' : 'every kind of write';
    section $name => sub {
        my ($point, $run) = dual(name => $name, table => $PLAIN, options => $capture,
            change => [ '--alter', q(ALTER COLUMN id TYPE bigint, ALTER COLUMN n TYPE bigint, ADD COLUMN region text NOT NULL DEFAULT 'eu') ]);
        all_kinds($name, q(id, n, note, 'eu'), 'id, n, note, region');
        goes_through($name, $point, $run);
    };
}


# ---- tables with something about them --------------------------------------------------------

$t->sql('create extension citext');
my @TABLES = (
    {   name => 'columns with the names of variables, and worse',
        table => q(create table app.t (id int primary key, n int, note text, touched int default 1, also int default 2, tg_op text default 'x', found bool default true, new int default 3, "q""u'o te $1" text default 'y', live text, standby text, pending int, d text)),
        change => [ '--no-revert', '--alter', 'ALTER COLUMN touched TYPE bigint, ALTER COLUMN pending TYPE bigint, ALTER COLUMN found TYPE text', '--alter', q(ALTER COLUMN new TYPE text USING (new + also)::text) ],
        rows => 'insert into app.t (id, n, note) select i, i % 97, md5(i::text) from generate_series(1, 1000) i',
        apart => [ q(id, n, note, touched, also, tg_op, found::text, (new + also)::text, "q""u'o te $1", live, standby, pending, d), q(id, n, note, touched, also, tg_op, found, new, "q""u'o te $1", live, standby, pending, d) ] },
    {   name => 'an identity column that is always generated, and a generated one',
        table => q(create table app.t (id int primary key, n int, note text, nr int generated always as identity, twice int generated always as (n * 2) stored)),
        rows => 'insert into app.t (id, n, note) select i, i % 97, md5(i::text) from generate_series(1, 1000) i',
        change => [ '--alter', 'ALTER COLUMN id TYPE bigint' ],
        apart => [ ('id, n, note, nr, twice') x 2 ] },
    {   name => 'a deferrable constraint',
        table => q(create table app.t (id int primary key, n int, note text, other int unique deferrable initially deferred)),
        rows => 'insert into app.t (id, n, note, other) select i, i % 97, md5(i::text), i from generate_series(1, 1000) i',
        change => [ '--alter', 'ALTER COLUMN id TYPE bigint' ],
        apart => [ ('id, n, note, other') x 2 ] },
    {   name => 'values that depend on the settings of the owner',
        table => q(create table app.t (id int primary key, n int, note text, at text)),
        rows => q(insert into app.t select i, i % 97, md5(i::text), '2024-07-01 12:00' from generate_series(1, 1000) i),
        change => [ '--alter', 'ALTER COLUMN at TYPE timestamptz USING at::timestamptz' ],
        apart => [ q(id, n, note, at::timestamp at time zone 'Europe/Berlin'), 'id, n, note, at' ] },
    {   name => 'a column dropped, another added with a volatile default',
        table => q(create table app.t (id int primary key, n int, note text, gone text default 'g')),
        rows => 'insert into app.t (id, n, note) select i, i % 97, md5(i::text) from generate_series(1, 1000) i',
        change => [ '--alter', 'DROP COLUMN gone, ADD COLUMN uid uuid NOT NULL DEFAULT gen_random_uuid()', '--alter', 'ALTER COLUMN id TYPE bigint', '--no-revert' ],
        apart => [ ('id, n, note') x 2 ] },
    {   name => 'a key whose equality is not identity',
        table => q(create table app.t (id int, n int, note text, name citext default 'A', primary key (id, name))),
        rows => 'insert into app.t (id, n, note) select i, i % 97, md5(i::text) from generate_series(1, 1000) i; create unique index on app.t (id)',
        change => [ '--alter', 'ALTER COLUMN n TYPE bigint' ],
        also => [ q(update app.t set name = 'a' where id = 500), q(update app.t set name = 'b' where id = 501) ],
        apart => [ ('id, n, note, name::text') x 2 ] });
$t->sql(q(alter role owner set timezone = 'Europe/Berlin'));
for my $case (@TABLES)
{
    section $case->{name} => sub {
        my ($point, $run) = dual(%$case);
        all_kinds($case->{name}, @{ $case->{apart} });
        for my $sql (@{ $case->{also} // [] })
        {
            $t->sql($sql);
            is(apart(@{ $case->{apart} }), 0, "$case->{name}: $sql");
            is(logged(), 0, "$case->{name}: $sql: is written, not logged");
        }
        goes_through($case->{name}, $point, $run);
    };
}

# The functions run with the rights of the table's owner: nobody may lead them elsewhere.
section 'temporary objects of a hostile writer' => sub {
    my $name = 'temporary objects of a hostile writer';
    $t->sql('drop type if exists app.kind cascade; drop table if exists app.caught; create table app.caught (who text); grant insert on app.caught to public; grant create on schema app to writer');
    $t->sql_as(owner => q(create type app.kind as enum ('a', 'b')));
    $t->sql('alter role owner set search_path = app, pg_catalog');
    my ($point, $run) = dual(name => $name, table => q(create table app.t (id int primary key, n int, note text, kind text)), change => [ '--alter', 'ALTER COLUMN kind TYPE app.kind USING kind::app.kind', '--no-revert' ],
        rows => q(insert into app.t select i, i, 'x', 'a' from generate_series(1, 100) i));
    my $writer = $t->connect(user => 'writer');
    $writer->do($_) for q(create function app.trap(v text) returns boolean language plpgsql as $$ begin insert into app.caught values (current_user); return true; end $$),
        'create domain pg_temp.kind as text check (app.trap(value))', 'create temp table log_1_1_blue (k1 int)', 'create temp table pgswap_new (id int, n int)';
    $writer->do(q(set search_path = pg_temp, app));
    is($writer->do(q(update app.t set n = 5, kind = 'b' where id < 10)), 9, "$name: it writes");
    is(apart('id, n, note, kind::text', 'id, n, note, kind::text'), 0, "$name: both are equal");
    is(logged(), 0, "$name: it is written, not logged");
    is($t->value(q(select string_agg(distinct who, ',') from app.caught)), undef, "$name: and nothing of its own was called");
    $writer->disconnect;
    $t->sql('drop function app.trap cascade; alter role owner reset search_path');
    goes_through($name, $point, $run);
};

# ---- the application does not notice ------------------------------------------------------------

section 'triggers of its own, which change the table again' => sub {
    my $name = 'triggers of its own, which change the table again';
    my ($point, $run) = dual(name => $name, table => $PLAIN . q(; create function app.again() returns trigger language plpgsql as $$
        begin
            if pg_trigger_depth() = 1 and tg_op = 'INSERT' and new.n = 1000 then update app.t set n = 1001 where id = new.id; end if;
            if pg_trigger_depth() = 1 and tg_op = 'INSERT' and new.n = 2000 then delete from app.t where id = new.id; end if;
            if pg_trigger_depth() = 1 and tg_op = 'UPDATE' and new.n = 3000 then update app.t set id = id + 50000 where id = new.id; end if;
            if pg_trigger_depth() = 1 and tg_op = 'DELETE' and old.n = 4000 then insert into app.t values (old.id, 4001, 'back'); end if;
            return null;
        end $$; create trigger again after insert or update or delete on app.t for each row execute function app.again()),
        rows => q(insert into app.t select i, case when i < 10 then 4000 else 0 end, 'x' from generate_series(1, 1000) i), change => [ '--alter', 'ALTER COLUMN n TYPE bigint' ]);
    my @apart = ('id, n, note') x 2;
    my $keys = sprintf 'select k1 from pgswap.log_%d_1_blue', id();
    for my $sql (q(insert into app.t values (5001, 1000, 'a')), q(insert into app.t values (5002, 2000, 'a')), q(update app.t set n = 3000 where id = 20), 'delete from app.t where id = 5',
        q(insert into app.t values (5003, 1000, 'a'), (5004, 2000, 'b'), (5005, 0, 'c')), 'update app.t set n = 3000 where id in (30, 31)', 'delete from app.t where id in (6, 7, 40)')
    {
        $t->sql($sql);
        my $not_pending = "from %s where id not in ($keys)";
        my @selects = map { sprintf "select id, n, note $not_pending", $_ } 'app.t', sprintf 'pgswap_%d_green.t', id();
        is($t->value("select count(*) from (($selects[0] except all $selects[1]) union all ($selects[1] except all $selects[0])) d"), 0, "$name: $sql: equal, but for keys in the log");
    }
    goes_through($name, $point, $run);
    is($t->value('select count(*) from app.t where id = 5001 and n = 1001 or id = 50020 and n = 3000 or id = 5 and n = 4001'), 3, "$name: all is as they left it");
};

section 'what statements return' => sub {
    my $name = 'what statements return';
    my ($point, $run) = dual(name => $name, table => 'create table app.t (id serial primary key, n int, note text)', rows => q(insert into app.t (n, note) select i, 'x' from generate_series(1, 1000) i),
        change => [ '--alter', 'ALTER COLUMN id TYPE bigint' ]);
    my $writer = $t->connect(user => 'writer');
    is_deeply($writer->selectall_arrayref(q(insert into app.t (n, note) values (1, 'a'), (2, 'b') returning id, n, note)), [ [ 1001, 1, 'a' ], [ 1002, 2, 'b' ] ], "$name: RETURNING of an insert");
    is($writer->selectrow_array('select lastval()'), 1002, "$name: lastval()");
    is($writer->selectrow_array(q(select currval('app.t_id_seq'))), 1002, "$name: currval()");
    is_deeply($writer->selectall_arrayref('update app.t set n = n + 1 where id <= 3 returning id, n'), [ [ 1, 2 ], [ 2, 3 ], [ 3, 4 ] ], "$name: RETURNING of an update");
    is($writer->do('update app.t set n = n + 1 where id <= 30'), 30, "$name: the number of rows");
    is($writer->do('delete from app.t where id between 40 and 49'), 10, "$name: of a delete");
    ok(!eval { $writer->do(q(insert into app.t values (1, 1, 'twice'))); 1 }, "$name: an error of its own");
    is($writer->state, '23505', "$name: … with its own code");
    $writer->do('begin');
    $writer->do("set local lock_timeout = '1ms'");
    is($writer->do('update app.t set n = 0 where id = 1'), 1, "$name: with a lock_timeout of its own");
    $writer->do('commit');
    $writer->do('begin');
    for my $n (1 .. 300) { $writer->do($_) for 'savepoint s', 'update app.t set n = n + 1 where id = 2', $n % 3 ? 'release s' : 'rollback to s' }
    $writer->do('commit');
    is($writer->selectrow_array('select n from app.t where id = 2'), 4 + 200, "$name: in many subtransactions");
    $t->sql(q(do $$ begin for i in 1 .. 10000 loop begin update app.t set n = i where id = 3; exception when others then raise; end; end loop; end $$));
    is($t->value('select n from app.t where id = 3'), 10000, "$name: in ten thousand");
    $writer->do('begin');
    $writer->do('update app.t set n = -4 where id = 4');
    $writer->do(q(prepare transaction 'dual'));
    is($t->value('select n from app.t where id = 4'), 5, "$name: a prepared transaction is not seen yet");
    $writer->do(q(commit prepared 'dual'));
    is(apart(('id, n, note') x 2), 0, "$name: both are equal after all of that");
    is(logged(), 0, "$name: and nothing came to the log");
    $writer->disconnect;
    goes_through($name, $point, $run);
};

section 'virtual generated columns' => sub {
    my $name = 'virtual generated columns';
    return note('this release has none') unless $t->value(q{select current_setting('server_version_num')::int >= 180000});
    my ($point, $run) = dual(name => $name, table => 'create table app.t (id int primary key, n int, note text, twice int generated always as (n * 2) virtual)',
        rows => 'insert into app.t (id, n, note) select i, i % 97, md5(i::text) from generate_series(1, 1000) i', change => [ '--alter', 'ADD COLUMN double int', '--map', 'double=twice', '--no-revert' ]);
    all_kinds($name, 'id, n, note, twice, twice', 'id, n, note, twice, double');
    goes_through($name, $point, $run);
};

# ---- what is not written, and why -------------------------------------------------------------

section 'more rows than a statement may write' => sub {
    my $name = 'more rows than a statement may write';
    my ($point, $run) = dual(name => $name, table => $PLAIN, change => [ '--alter', 'ALTER COLUMN n TYPE bigint' ]);
    $t->sql(q(insert into app.t select i, i, 'many' from generate_series(10001, 11001) i));
    is(logged(), 1001, "$name: their keys are logged");
    $t->sql('update app.t set n = n + 1 where id > 10500');
    is(apart('id, n, note', 'id, n, note'), 2 * 0 + 1001, "$name: and nothing is written");
    goes_through($name, $point, $run);
    is($t->value('select count(*) from app.t'), 2001, "$name: no row is lost");
};

section 'a row that does not fit' => sub {
    my $name = 'a row that does not fit';
    my ($point, $run) = dual(name => $name, table => $PLAIN, change => [ '--alter', 'ALTER COLUMN n TYPE bigint, ADD CONSTRAINT positive CHECK (n >= 0)' ]);
    my $writer = $t->connect(user => 'writer');
    is($writer->do('update app.t set n = -5 where id in (7, 8)'), 2, "$name: the application does not notice");
    is(logged(), 2, "$name: its keys are logged");
    $t->let_go($point);
    $t->reap($run);
    isnt($run->{exit}, 0, "$name: the swap does not go through");
    like($run->{err}, qr/positive/, "$name: the constraint is named");
    like($run->{err}, qr/\b7\b/, "$name: so is the key");
    $writer->do('update app.t set n = 5 where n < 0');
    $t->exits($t->pgswap('swap', 'app.t'), 0, "$name: corrected, it goes through");
    $t->exits($t->pgswap('finish', 'app.t'), 0, "$name: finish");
    $writer->disconnect;
    $t->is_clean("$name: nothing is left");
};

section 'a new column that draws from a sequence' => sub {
    my $name = 'a new column that draws from a sequence';
    my ($point, $run) = dual(name => $name, table => 'create table app.t (id serial primary key, n int, note text)', rows => q(insert into app.t (n, note) select i, 'x' from generate_series(1, 100) i),
        change => [ '--alter', 'ADD COLUMN nr bigint GENERATED BY DEFAULT AS IDENTITY', '--no-revert' ]);
    my $writer = $t->connect(user => 'writer');
    my ($id) = $writer->selectrow_array(q(insert into app.t (n, note) values (1, 'y') returning id));
    is($writer->selectrow_array('select lastval()'), $id, "$name: lastval() is the application's");
    is(logged(), 1, "$name: its key is logged");
    $writer->disconnect;
    $t->let_go($point);
    $t->exits($t->reap($run), 0, "$name: the swap");
    like($run->{err}, qr/under the lock.*column nr .*sequence/s, "$name: it is said");
    $t->exits($t->pgswap('finish', 'app.t'), 0, "$name: finish");
    $t->is_clean("$name: nothing is left");
};

section '--dual-write=off' => sub {
    my ($point, $run) = dual(name => 'off', table => $PLAIN, change => [ '--alter', 'ALTER COLUMN n TYPE bigint' ], options => ['--dual-write=off']);
    $t->sql('update app.t set n = n + 1 where id <= 10');
    is(logged(), 10, 'off: keys are logged');
    goes_through('off', $point, $run);
};

section 'changes that come faster than they are applied' => sub {
    my $name = 'changes that come faster than they are applied';
    $t->sql('drop table if exists app.t cascade');
    $t->sql_as(owner => "$PLAIN; insert into app.t select i, 0, 'old' from generate_series(1, 3000) i");
    my $point = $t->hold('copy-done');
    my $run = $t->spawn('run', 'app.t', '--alter', 'ALTER COLUMN n TYPE bigint', '--drain-keys=10', '--pause-at', 'copy-done,round-applied,dual-begun');
    $t->arrived($point, $run);
    $t->sql('update app.t set n = 1 where id <= 500');
    my $round = $t->hold('round-applied');
    $t->let_go($point);
    $t->arrived($round, $run);
    $t->sql('update app.t set n = 2 where id <= 900');
    my $begun = $t->hold('dual-begun');
    $t->let_go($round);
    $t->arrived($begun, $run);
    is($t->status('app.t')->{phase}, 'catchup', "$name: while it catches up");
    my $before = logged();
    $t->sql('update app.t set n = 3 where id <= 900');
    is(logged(), $before, "$name: what is written goes to both tables");
    $t->let_go($begun);
    $t->exits($t->reap($run), 0, "$name: the swap");
    like($run->{err}, qr/backlog grows.*both tables/s, "$name: it is said");
    is($t->value('select count(*) from app.t where n = 3'), 900, "$name: all is there");
    $t->exits($t->pgswap('finish', 'app.t'), 0, "$name: finish");
    $t->is_clean("$name: nothing is left");
};

section '--dual-write=always' => sub {
    my $name = '--dual-write=always';
    $t->sql('drop table if exists app.t cascade');
    $t->sql_as(owner => "$PLAIN; insert into app.t select i, 0, 'old' from generate_series(1, 3000) i");
    my $run = $t->spawn('run', 'app.t', '--alter', 'ALTER COLUMN n TYPE bigint', '--hold', '--dual-write=always', '--drain-keys=10');
    $t->wait_until('both tables are written', sub { die "it ended: $run->{err}" unless $t->lives($run);
        return $t->value(q{select to_regclass('pgswap.migration')}) && $t->value(q{select count(*) from pgswap.migration where dual_write and finished_at is null}) });
    my $end = time() + 45;    # longer than it lasts if nobody extends it
    while (time() < $end)
    {
        $t->sql('update app.t set n = n + 1 where id <= 20');
        sleep 0.5;
    }
    is(logged(), 0, "$name: nothing is logged for as long as it holds");
    is(apart('id, n, note', 'id, n, note'), 0, "$name: both are equal");
    cmp_ok($t->value(q{select keys_proven from pgswap.pair order by migration desc limit 1}), '>', 0, "$name: what was written is looked at");
    $t->exits($t->pgswap('swap', 'app.t'), 0, "$name: swap");
    $t->exits($t->reap($run), 0, "$name: run");
    $t->exits($t->pgswap('finish', 'app.t'), 0, "$name: finish");
    $t->is_clean("$name: nothing is left");
};

section 'TRUNCATE' => sub {
    my ($point, $run) = dual(name => 'TRUNCATE', table => $PLAIN, change => [ '--alter', 'ALTER COLUMN n TYPE bigint' ]);
    $t->sql(q(insert into app.t values (5000, 1, 'a'); truncate app.t; insert into app.t values (5001, 2, 'b')));
    is(apart(('id, n, note') x 2), 0, 'TRUNCATE: both are equal');
    is(logged(), 0, 'TRUNCATE: is written, not logged');
    goes_through('TRUNCATE', $point, $run);
    is($t->value('select string_agg(id::text, $$,$$) from app.t'), '5001', 'TRUNCATE: what came after it is there');
};

done_testing();
