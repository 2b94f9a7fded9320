# Application sessions through the swap: what they had prepared, cached, opened or begun before it works
# after it, and every row lands in the table that bears the name.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use DBD::Pg qw(:async);
use Pgswap::Test;
use Test::More;

my $t = Pgswap::Test->start('sessions');
my @IDENTITY = ('--force-rewrite');
my @WIDEN = ('--alter', 'ALTER COLUMN id TYPE bigint');

my $SETUP = <<'SQL';
create table app.item (id serial primary key, num int generated always as identity, n int not null default 0, note text);
insert into app.item (n, note) select i, 'row ' || i from generate_series(1, 1000) i;
create index on app.item (n);
create view app.v as select id, n, note from app.item where n >= 0;
create table app.log (what text);
create function app.log() returns trigger language plpgsql as
    $$ begin insert into app.log values (tg_op || ' ' || tg_relid::regclass || ' ' || new.n); return null; end $$;
create trigger log after insert or update on app.item for each row when (new.n >= 100000) execute function app.log();
create table app.child (id int generated always as identity, t_id int references app.item on delete restrict);
insert into app.child (t_id) select i from generate_series(1, 50) i;

create function app.by_rowtype(int) returns text language plpgsql as
    $$ declare r app.item%rowtype; begin select * into r from app.item where id = $1; return r.note; end $$;
create function app.by_type(int) returns text language plpgsql as
    $$ declare r app.item; begin select * into r from app.item where id = $1; return r.note; end $$;
create function app.by_unqualified(int) returns text language plpgsql set search_path = app as
    $$ declare r item; begin select * into strict r from item where id = $1; r.note := r.note; return r.note; end $$;
create function app.by_parameter(int) returns text language plpgsql as
    $$ declare r app.item; begin select * into r from app.item where id = $1;
       update app.item set note = r.note where id = r.id returning * into r; return r.note; end $$;
create function app.by_array(int) returns text language plpgsql as
    $$ declare a app.item[]; begin a := array(select item from app.item where id = $1); return a[1].note; end $$;
create function app.by_record(int) returns text language plpgsql as
    $$ declare r record; begin select * into r from app.item where id = $1; return r.note; end $$;
create function app.by_scalar(int) returns text language plpgsql as
    $$ declare x app.item.note%type; begin select note into x from app.item where id = $1; return x; end $$;
create function app.by_loop(int) returns text language plpgsql as
    $$ declare r app.item; s text; begin for r in select * from app.item where id = $1 loop s := r.note; end loop; return s; end $$;
create function app.by_cursor(int) returns text language plpgsql as
    $$ declare c cursor for select * from app.item where id = $1; r app.item; begin open c; fetch c into r; close c; return r.note; end $$;
create function app.by_sql(int) returns text language sql as $$ select note from app.item where id = $1 $$;
create function app.by_dynamic(int) returns text language plpgsql as
    $$ declare r app.item; begin execute 'select * from app.item where id = $1' into r using $1; return r.note; end $$;
create function app.by_view(int) returns text language plpgsql as
    $$ declare r app.v; begin select * into r from app.v where id = $1; return r.note; end $$;
create function app.by_whole(int) returns text language plpgsql as
    $$ declare r app.item; begin select * into r from app.item where id = $1; return to_jsonb(r)->>'note'; end $$;
create function app.by_whole_view(int) returns text language plpgsql as
    $$ declare r app.v; begin select * into r from app.v where id = $1; return to_jsonb(r)->>'note'; end $$;
create procedure app.by_procedure(inout x text, i int) language plpgsql as
    $$ declare r app.item; begin select * into r from app.item where id = i; x := r.note; end $$;
create function app.writes(int) returns oid language plpgsql as
    $$ declare r app.item; o oid; begin insert into app.item (n, note) values ($1, 'written') returning * into r;
       select tableoid into o from app.item where id = r.id; return o; end $$;
grant usage on schema app to writer;
grant all on all tables in schema app to writer;
grant all on all sequences in schema app to writer;
SQL

my @READERS = map { "app.by_$_" }
    qw(rowtype type unqualified parameter array record scalar loop cursor sql dynamic view whole whole_view);

# A fresh table, its child and functions.
sub make
{
    my ($name) = @_;
    note($name);
    $t->sql('drop schema if exists app cascade; create schema app authorization owner');
    $t->sql_as(owner => $SETUP);
    return;
}

sub oid_of { return $t->value(q{select 'app.item'::regclass::oid}) }

sub one { my ($dbh, $sql) = @_; return ($dbh->selectrow_array($sql))[0] }

# What a statement dies with: SQLSTATE and message, or nothing.
sub error_of
{
    my ($dbh, $sql) = @_;
    return '' if eval { $dbh->do($sql); 1 };
    return $dbh->state . " $@";
}

sub lives_ok
{
    my ($dbh, $sql, $name) = @_;
    return is(error_of($dbh, $sql), '', $name);
}

sub swap
{
    my ($name, @change) = @_;
    my $before = oid_of();
    $t->exits($t->pgswap('run', 'app.item', @change), 0, $name);
    isnt(oid_of(), $before, "$name: another table bears the name");
    return;
}

# Every row of the new table that a test wrote, and none in the old one.
sub written
{
    my ($dbh, $sql, $name) = @_;
    my $found = eval { one($dbh, $sql) } // "died: $@";
    return is($found, oid_of(), "$name: lands in the table that bears the name");
}

# ---- simple statements, prepared ones, cached plans --------------------------------------------

sub prepare_all
{
    my ($dbh) = @_;
    $dbh->do($_) for 'prepare sel (int) as select * from app.item where id = $1',
        'prepare cnt as select count(*) from app.item', 'prepare notes (int) as select note from app.item where id = $1',
        'prepare ins (int) as insert into app.item (n) values ($1) returning tableoid',
        'prepare upd (int) as update app.item set note = note where id = $1 returning tableoid',
        'prepare del (int) as delete from app.item where n = $1', 'prepare vw (int) as select * from app.v where id = $1',
        'prepare vins (int) as insert into app.v (n) values ($1)',
        'prepare kid (int) as insert into app.child (t_id) values ($1)';
    for my $round (1 .. 7)    # past the fifth the plan is the generic one
    {
        $dbh->do($_) for 'execute sel(1)', 'execute cnt', 'execute notes(2)', "execute ins(-$round)", 'execute upd(3)',
            "execute del(-$round)", 'execute vw(4)', "execute vins(-$round)", 'execute kid(5)';
    }
    return;
}

sub call_all
{
    my ($dbh, $name) = @_;
    my %got = map { my $f = $_; $f => eval { one($dbh, "select $f(7)") } // $@ } @READERS;
    is_deeply(\%got, { map { $_ => 'row 7' } @READERS }, "$name: functions");
    is(eval { one($dbh, 'call app.by_procedure(null, 7)') } // $@, 'row 7', "$name: procedure");
    return;
}

make('cached plans, no type changes');
my %session = (writer => $t->connect(user => 'writer'), owner => $t->connect, generic => $t->connect(user => 'writer'));
$session{generic}->do('set plan_cache_mode = force_generic_plan');
for my $who (sort keys %session)
{
    prepare_all($session{$who});
    call_all($session{$who}, "$who before") for 1 .. 2;
    is(one($session{$who}, 'select app.writes(1)'), oid_of(), "$who before: a function writes");
}
my $server_side = $session{owner}->prepare('select note from app.item where id = ?', { pg_server_prepare => 1, pg_prepare_now => 1 });
$server_side->execute(9);
swap('cached plans', @IDENTITY);
for my $phase ('after the swap', 'after finish')
{
    for my $who (sort keys %session)
    {
        my $dbh = $session{$who};
        my $name = "$who, $phase";
        call_all($dbh, $name);
        written($dbh, 'select app.writes(2)', "$name: function");
        written($dbh, 'insert into app.item (n) values (3) returning tableoid', "$name: INSERT");
        written($dbh, 'update app.item set note = note where id = 10 returning tableoid', "$name: UPDATE");
        written($dbh, 'execute ins(4)', "$name: prepared INSERT");
        written($dbh, 'execute upd(11)', "$name: prepared UPDATE");
        is(one($dbh, 'execute notes(12)'), 'row 12', "$name: prepared SELECT");
        is(one($dbh, 'execute sel(12)'), 12, "$name: prepared SELECT *");
        is(one($dbh, 'execute cnt'), $t->value('select count(*) from app.item'), "$name: prepared count(*)");
        is(one($dbh, 'execute vw(13)'), 13, "$name: prepared SELECT from the view");
        lives_ok($dbh, 'execute vins(-5)', "$name: prepared INSERT through the view");
        lives_ok($dbh, 'execute del(-5)', "$name: prepared DELETE");
        is($t->value('select count(*) from app.item where n = -5'), 0, "$name: … deletes what came through the view");
        lives_ok($dbh, "execute kid(13)", "$name: a child of an old row");
        my $new = one($dbh, 'insert into app.item (n) values (5) returning id');
        lives_ok($dbh, "execute kid($new)", "$name: a child of a new row");
        like(error_of($dbh, 'execute kid(-77)'), qr/^23503/, "$name: a child of no row");
        like(error_of($dbh, "delete from app.item where id = $new"), qr/^(23503|23001)/, "$name: the parent of a child");
        lives_ok($dbh, 'delete from app.log', "$name: DELETE");
        lives_ok($dbh, 'insert into app.item (n) values (100000)', "$name: INSERT with a trigger");
        is($t->value('select string_agg(what, $$, $$) from app.log'), 'INSERT app.item 100000', "$name: the trigger fires once");
    }
    $server_side->execute(9);
    is(($server_side->fetchrow_array)[0], 'row 9', "a statement prepared by the driver, $phase");
    $t->exits($t->pgswap('finish', 'app.item'), 0, 'finish') if $phase eq 'after the swap';
}
$server_side->finish;
$_->disconnect for values %session;

# ---- a type changes ----------------------------------------------------------------------------

make('cached plans, int becomes bigint');
like($t->pgswap('plan', 'app.item', @WIDEN)->{out}, qr/0A000|cached plan must not change result type|prepared/i,
    'the plan warns of prepared statements');
my $old = $t->connect(user => 'writer');
prepare_all($old);
call_all($old, 'before');
swap('type change', @WIDEN);
call_all($old, 'type change');
for my $statement ('execute sel(1)', 'execute vw(1)')
{
    like(error_of($old, $statement), qr/^0A000.*cached plan must not change result type/, "type change: $statement");
}
written($old, 'execute ins(6)', 'type change: prepared INSERT');
written($old, 'execute upd(6)', 'type change: prepared UPDATE');
is(one($old, 'execute notes(6)'), 'row 6', 'type change: a prepared SELECT of other columns');
$old->do('deallocate sel; prepare sel (int) as select * from app.item where id = $1');
is(one($old, 'execute sel(1)'), 1, 'type change: prepared again it works');
$old->do(q{select setval('app.item_id_seq', 5000000000)});
is(one($old, 'insert into app.item (n) values (7) returning id'), 5000000001, 'type change: the old session counts on beyond int');
$t->exits($t->pgswap('finish', 'app.item'), 0, 'finish');
$old->disconnect;

# ---- sequences ---------------------------------------------------------------------------------

make('sequences');
my $counting = $t->connect(user => 'writer');
my ($id, $num) = $counting->selectrow_array('insert into app.item (n) values (1) returning id, num');
is_deeply([ $id, $num ], [ 1001, 1001 ], 'sequences before');
my $point = $t->hold('before-swap');
my $run = $t->spawn('run', 'app.item', @IDENTITY, '--pause-at', 'before-swap');
$t->arrived($point, $run);
($id) = $counting->selectrow_array(q{select nextval('app.item_id_seq')});
$counting->do(q{insert into app.item (id, n) values (-1, 1)});
is(one($counting, q{select currval('app.item_id_seq')}), $id, 'currval while changes are captured');
my ($last) = $counting->selectrow_array('insert into app.item (n) values (1) returning num');
is(one($counting, 'select lastval()'), $last, 'lastval while changes are captured is that of the application');
$t->let_go($point);
$t->exits($t->reap($run), 0, 'sequences');
is(one($counting, 'select lastval()'), $last, 'lastval after the swap');
is(one($counting, q{select currval('app.item_id_seq')}), $id + 1, 'currval of the serial after the swap');
is_deeply([ $counting->selectrow_array('insert into app.item (n) values (1) returning id, num') ], [ $id + 2, $last + 1001 ],
    'serial and identity go on');
is(one($counting, q{select currval(pg_get_serial_sequence('app.item', 'num'))}), $last + 1001, 'currval of the identity after an INSERT');
$t->exits($t->pgswap('finish', 'app.item'), 0, 'finish');
is_deeply([ $counting->selectrow_array('insert into app.item (n) values (1) returning id, num') ], [ $id + 3, $last + 1002 ],
    'and after finish');
$counting->disconnect;

# ---- open transactions: cursors, COPY ----------------------------------------------------------

# Starts a run; before the swap $open begins something in a session; when the swap waits for it, for its lock
# or its snapshot, $body goes on with it, and the run must come to its end after that.
sub through
{
    my ($name, $open, $body) = @_;
    my $point = $t->hold('before-swap');
    my $run = $t->spawn('run', 'app.item', @IDENTITY, '--pause-at', 'before-swap', '--blocker-age', '10min');
    $t->arrived($point, $run);
    $open->();
    $t->let_go($point);
    $t->wait_until('the swap waits', sub {
        die "it ended: $run->{err}" unless $t->lives($run);
        return $t->value(q{select count(*) from pg_locks where not granted and relation = 'app.item'::regclass})
            || ($t->status('app.item')->{waiting_for} // '') =~ /snapshot/ });
    eval { $body->(); 1 } or fail("$name: $@");
    $t->exits($t->reap($run), 0, $name);
    return;
}

make('an open cursor');
my $reader = $t->connect(user => 'writer');
$reader->do('begin; declare c cursor for select id, note from app.item order by id; declare h cursor with hold for select id from app.item order by id');
is(one($reader, 'fetch c'), 1, 'the cursor is open');
through('an open cursor', sub {}, sub {
    my $rows = $reader->selectall_arrayref('fetch all c');
    is(scalar @$rows, 999, 'the cursor reads on while the swap waits');
    $reader->do('update app.item set note = $$by cursor$$ where id = 500');
    $reader->do('commit');
});
is($t->value('select note from app.item where id = 500'), 'by cursor', 'what the transaction wrote is there');
is(scalar @{ $reader->selectall_arrayref('fetch all h') }, 1000, 'a cursor WITH HOLD reads on after the swap');
$reader->disconnect;
$t->exits($t->pgswap('finish', 'app.item'), 0, 'finish');

make('COPY in flight');
my $loader = $t->connect(user => 'writer');
through('COPY FROM in flight', sub {
    $loader->do('copy app.item (n, note) from stdin');
    $loader->pg_putcopydata("$_\tcopied\n") for 1 .. 500;
}, sub {
    $loader->pg_putcopydata("$_\tcopied\n") for 501 .. 1000;
    $loader->pg_putcopyend;
});
is($t->value(q{select count(*) from app.item where note = 'copied'}), 1000, 'all that was copied in is there');
$loader->disconnect;
$t->exits($t->pgswap('finish', 'app.item'), 0, 'finish');

$t->sql(q{insert into app.item (n, note) select i, repeat('wide ', 400) from generate_series(1, 4000) i});
my $unloader = $t->connect(user => 'writer');
$unloader->do('copy app.item (id) to stdout');
my ($line, $lines) = ('', 0);
$lines++ while $lines < 5 && $unloader->pg_getcopydata($line) >= 0;
my $total = $t->value('select count(*) from app.item');
$t->exits($t->pgswap('run', 'app.item', @IDENTITY, '--lock-timeout', '2s'), 0, 'COPY TO in flight');
$lines++ while $unloader->pg_getcopydata($line) >= 0;
is($lines, $total, 'COPY TO gives every row');
$unloader->disconnect;
$t->exits($t->pgswap('finish', 'app.item'), 0, 'finish');

# ---- statements queued on the lock of the swap --------------------------------------------------

make('statements queued on the lock');
my %queued = (
    'INSERT' => [ undef, 'insert into app.item (n) values (21) returning tableoid' ],
    'UPDATE' => [ undef, 'update app.item set n = 22 where id = 22 returning tableoid' ],
    'SELECT' => [ undef, 'select tableoid from app.item where id = 23' ],
    'prepared INSERT' => [ 'prepare q as insert into app.item (n) values (24) returning tableoid', 'execute q' ],
    'prepared SELECT' => [ 'prepare q as select tableoid, * from app.item where id = 25', 'execute q' ],
    'function' => [ 'select app.writes(26)', 'select app.writes(26)' ],
    'function in a REPEATABLE READ transaction' =>
        [ 'set default_transaction_isolation = $$repeatable read$$; select app.writes(27)', 'select app.writes(27)' ]);
my %waiting = map { $_ => $t->connect(user => 'writer') } keys %queued;
for my $name (sort keys %queued)
{
    my $prime = $queued{$name}[0] // next;
    $waiting{$name}->do($prime);
    $waiting{$name}->do('execute q') for $prime =~ /^prepare/ ? (1 .. 7) : ();
}
$point = $t->hold('swap-locked');
$run = $t->spawn('run', 'app.item', @IDENTITY, '--pause-at', 'swap-locked', '--max-lock-hold', '1min');
$t->arrived($point, $run);
for my $name (sort keys %queued)
{
    my $statement = $waiting{$name}->prepare($queued{$name}[1], { pg_async => PG_ASYNC });
    $statement->execute;
    $queued{$name}[2] = $statement;
    $t->blocked($waiting{$name});
}
$t->let_go($point);
$t->exits($t->reap($run), 0, 'statements queued on the lock');
for my $name (sort keys %queued)
{
    my $found = eval { $waiting{$name}->pg_result; ($queued{$name}[2]->fetchrow_array)[0] } // "died: $@";
    is($found, oid_of(), "queued $name: lands in the table that bears the name");
    $queued{$name}[2]->finish;
    $waiting{$name}->disconnect;
}
$t->exits($t->pgswap('finish', 'app.item'), 0, 'finish');

done_testing();
