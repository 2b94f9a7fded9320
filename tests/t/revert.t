# The way back: after the swap the old table is kept in step, and a revert loses nothing.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Cases;
use Pgswap::Mirror;
use Pgswap::Oracle;
use Pgswap::Test;
use Pgswap::Writers;
use Test::More;

my $t = Pgswap::Test->start('revert');
my ($schema, $name, $follow, $run, $revert, $status, $logged, $verify, $plan, $refused);
my $writer = $t->connect(user => undef);

sub type_of
{
    my ($table, $column) = @_;
    return $t->value("select format_type(atttypid, null) from pg_attribute where attrelid = '$table'::regclass and attname = '$column'");
}

# The other table of the migration of app.t.
sub standby
{
    return $t->value(q{select c.oid::regclass from pg_class c where relname = 't' and relnamespace::regnamespace::text ~ '^pgswap_\d+_(blue|green)$'});
}

sub equal
{
    my ($name, $left, $right, %how) = @_;
    my $found = Pgswap::Oracle::compare($t->{admin}, $left, $right, key => ['id'], %how);
    cmp_ok($found->{left}, '>', 0, "$name: there are rows");
    return is_deeply($found->{differences}, [], "$name: equal");
}

# state: one, or several with bars between: from 18 on RESTRICT has its own.
sub fails
{
    my ($dbh, $sql, $state, $name) = @_;
    my $died = !eval { $dbh->do($sql); 1 };
    return like($died ? $dbh->state : 'none', qr/^(?:$state)$/, $name);
}

# Ends a revertible migration that is back in its old form.
sub all_gone
{
    my ($name, $schema) = @_;
    my $refused = $t->pgswap('finish', 'app.t');
    $t->exits($refused, 4, "$name: finish after a revert is refused");
    $t->exits($t->pgswap('abort', 'app.t'), 0, "$name: abort after a revert");
    $t->is_clean("$name: nothing is left");
    is($t->schema, $schema, "$name: the schema is as it was");
    return;
}

sub section { return Pgswap::Cases::run($t, @_) }

# -- writers all the time: swap, revert, swap, revert
section 'writers' => sub {
    my $writers = Pgswap::Writers->new($t, rows => 4000);
    $schema = $t->schema;
    my @change = ('--alter', 'ALTER COLUMN id TYPE bigint, ALTER COLUMN amount TYPE bigint',
        '--alter', q{ADD COLUMN region text NOT NULL DEFAULT 'eu'});
    $writers->start(qw(read_committed repeatable_read replica));
    $t->exits($t->pgswap('run', 'app.item', @change), 0, 'swap under writers');
    is(type_of('app.item', 'amount'), 'bigint', 'swap under writers: swapped');
    $writers->advance(10);
    $revert = $t->pgswap('revert', 'app.item');
    $t->exits($revert, 0, 'revert under writers');
    is(type_of('app.item', 'amount'), 'integer', 'revert under writers: the old form');
    $writers->advance(10);
    $t->exits($t->pgswap('swap', 'app.item'), 0, 'swap again');
    is(type_of('app.item', 'amount'), 'bigint', 'swap again: swapped');
    $follow = $t->spawn('follow', 'app.item');
    $writers->advance(10);
    $t->kill_run($follow, 'TERM');
    $t->exits($t->pgswap('revert', 'app.item'), 0, 'revert again');
    is(type_of('app.item', 'amount'), 'integer', 'revert again: the old form');
    $writers->advance(5);
    $writers->stop;
    equal('after two swaps and two reverts', 'mirror.item', 'app.item');
    $t->exits($t->pgswap('verify', 'app.item'), 0, 'verify after the reverts');
    is($t->status('app.item')->{phase}, 'ready', 'ready to be swapped again');
    $t->exits($t->pgswap('abort', 'app.item'), 0, 'abort after the reverts');
    $t->is_clean('writers: nothing is left');
    is($t->schema, $schema, 'writers: the schema is as it was');
    equal('after the abort', 'mirror.item', 'app.item');
};

# -- a table with everything around it
my $SETUP = <<'SQL';
create table app.p (id int primary key);
insert into app.p select generate_series(1, 100);
create table app.t (id int primary key, p_id int references app.p, code text unique, n int not null default 0,
    legacy text default 'standard', note text);
insert into app.t select i, i, 'c' || i, i, 'legacy ' || i, 'note ' || i from generate_series(1, 100) i;
create table app.c (id int primary key, t_id int references app.t on delete restrict);
insert into app.c select i, i from generate_series(1, 20) i;
create table app.log (what text);
create function app.note() returns trigger language plpgsql as
    $$ begin insert into app.log values (tg_name || ' ' || tg_op || ' ' || coalesce(new.id, old.id)); return null; end $$;
create trigger after_row after insert or update or delete on app.t for each row execute function app.note();
create trigger always_row after insert on app.t for each row execute function app.note();
alter table app.t enable always trigger always_row;
SQL
my @CHANGE = ('--alter', 'ALTER COLUMN id TYPE bigint, ALTER COLUMN n TYPE bigint, DROP COLUMN legacy',
    '--alter', 'RENAME COLUMN note TO remark');

my $m = Pgswap::Mirror->new($t, setup => $SETUP, drop => [ 'app.c', 'app.p', 'app.log' ]);

sub make
{
    $t->sql('drop function if exists app.note cascade');
    return $m->make;
}

my @LOSSY = ('--alter', q{ALTER COLUMN n TYPE text USING 'n' || n});

section 'everything around it' => sub {
    make();
    $schema = $t->schema;
    $name = 'everything around it';
    $t->exits($t->pgswap('run', 'app.t', @CHANGE), 0, "$name: swap");
    is($t->status('app.t')->{revert}{possible}, JSON::PP::true, "$name: a revert is possible");
    for my $refused ([ 'abort', 'app.t' ], [ 'finish', 'app.t', '--keep', '1h' ])
    {
        $run = $t->pgswap(@$refused);
        $t->exits($run, 4, "$name: @$refused after the swap");
        is(type_of('app.t', 'n'), 'bigint', "$name: @$refused changes nothing");
    }
    like($t->pgswap('abort', 'app.t')->{err}, qr/revert/, "$name: abort points at revert");
    like($t->pgswap('abort', 'app.t')->{err}, qr/finish/, "$name: abort points at finish");
    $t->exits($t->pgswap('run', 'app.t', @CHANGE), 0, "$name: the same run again has nothing to do");

    $follow = $t->spawn('follow', 'app.t');
    # each statement for the new form, and what it means for the old one
    for my $pair (
        [ q{insert into app.t (id, p_id, code, n, remark) values (101, 1, 'c101', 5, 'new')},
          q{insert into mirror.t (id, p_id, code, n, legacy, note) values (101, 1, 'c101', 5, 'standard', 'new')} ],
        [ q{update app.t set remark = 'changed', n = n + 1 where id between 30 and 40},
          q{update mirror.t set note = 'changed', n = n + 1 where id between 30 and 40} ],
        [ q{update app.t set p_id = null where id in (50, 51)}, q{update mirror.t set p_id = null where id in (50, 51)} ],
        [ q{delete from app.t where id = 60}, q{delete from mirror.t where id = 60} ],
        [ q{update app.t set id = 1061, remark = null where id = 61}, q{update mirror.t set id = 1061, note = null, legacy = 'standard' where id = 61} ],
        [ q{update app.t set code = case id when 70 then 'c71x' else 'c70x' end where id in (70, 71)},
          q{update mirror.t set code = case id when 70 then 'c71x' else 'c70x' end where id in (70, 71)} ])
    {
        $writer->do($_) for @$pair;
    }
    $logged = $t->value('select count(*) from app.log');
    is($logged, 1 + 11 + 2 + 1 + 1 + 2 + 1, "$name: the triggers have fired once per row");
    is(eval { $writer->do('delete from app.p where id in (50, 51, 60)') } // $@, 3, "$name: the old table does not refuse the delete of a parent");
    $t->wait_until('follow has applied all', sub {
        die "follow ended: $follow->{err}" unless $t->lives($follow);
        return $t->value('select count(*) from ' . standby() . q{ where id in (101, 1061) or (id = 50 and p_id is null) or (id = 70 and code = 'c71x')}) == 4;
    });
    equal("$name: followed", 'mirror.t', standby());
    is($t->value('select count(*) from app.log'), $logged, "$name: no trigger fires when the old table is kept in step");
    $t->kill_run($follow, 'TERM');
    ok($follow->{exit} == 0 || $follow->{exit} == 7, "$name: follow ends when it is told to") or diag("$follow->{exit} $follow->{err}");
    is($follow->{signal}, 0, "$name: … by itself");
    $t->exits($t->pgswap('verify', 'app.t'), 0, "$name: verify after the swap");
    $t->sql('set session_replication_role = replica; update ' . standby() . ' set n = n + 1 where id = 77; reset session_replication_role');
    $verify = $t->pgswap('verify', 'app.t');
    $t->exits($verify, 5, "$name: verify finds damage in the old table");
    like("$verify->{out}$verify->{err}", qr/\b77\b/, "$name: … and names the key");
    $t->sql('set session_replication_role = replica; update ' . standby() . ' set n = n - 1 where id = 77; reset session_replication_role');
    $t->exits($t->pgswap('verify', 'app.t'), 0, "$name: verify, mended");
    # what is not applied yet when the revert begins
    $writer->do($_) for q{update app.t set remark = 'late' where id = 5}, q{update mirror.t set note = 'late' where id = 5},
        q{delete from app.t where id = 99}, q{delete from mirror.t where id = 99};
    $logged = $t->value('select count(*) from app.log');
    $t->exits($t->pgswap('revert', 'app.t'), 0, "$name: revert");
    is($t->value('select count(*) from app.log'), $logged, "$name: a revert fires no trigger");
    is(type_of('app.t', 'n'), 'integer', "$name: the old form");
    equal("$name: reverted", 'mirror.t', 'app.t');
    fails($writer, 'insert into app.t (id, p_id) values (2000, 4711)', '23503', "$name: the foreign key is back");
    fails($writer, 'delete from app.p where id = 5', '23503', "$name: … at its other end");
    fails($writer, 'delete from app.t where id = 3', '23503|23001', "$name: the foreign key of the child is back");
    fails($writer, 'insert into app.c values (500, 4711)', '23503', "$name: … at its other end");
    is($t->value(q{select count(*) from pg_constraint where contype = 'f' and not convalidated and (conrelid in ('app.t'::regclass, 'app.c'::regclass))}),
        0, "$name: both are validated");
    $writer->do('insert into app.t (id, code) values (3000, $$back$$)');
    is_deeply([ map { $_->[0] } @{ $t->rows('select what from app.log where what like $$%3000$$ order by 1') } ],
        [ 'after_row INSERT 3000', 'always_row INSERT 3000' ], "$name: the triggers are back");
    $writer->do(q{insert into mirror.t (id, code, n, legacy) values (3000, 'back', 0, 'standard')});

    # the whole once more
    $t->exits($t->pgswap('swap', 'app.t'), 0, "$name: swap again");
    $writer->do($_) for q{update app.t set remark = 'second' where id < 10}, q{update mirror.t set note = 'second' where id < 10};
    equal("$name: swapped again", 'mirror.t', 'app.t', map => { remark => 'note' }, dropped => [ 'legacy', 'note' ]);
    $t->exits($t->pgswap('revert', 'app.t'), 0, "$name: revert again");
    equal("$name: reverted again", 'mirror.t', 'app.t');
    $t->exits($t->pgswap('revert', 'app.t'), 0, "$name: there is nothing more to revert");
    all_gone($name, $schema);
};

# -- TRUNCATE after the swap
section 'TRUNCATE' => sub {
    make();
    $name = 'TRUNCATE';
    $schema = $t->schema;
    $t->sql_as(owner => 'delete from app.c');
    $t->exits($t->pgswap('run', 'app.t', @CHANGE), 0, "$name: swap");
    $t->sql(q{update app.t set n = 1 where id = 7; truncate app.t, app.c; truncate mirror.t;
        insert into app.t (id, code, n, remark) values (7, 'x', 70, 'after'), (8, 'y', 80, null);
        insert into mirror.t (id, code, n, legacy, note) values (7, 'x', 70, 'standard', 'after'), (8, 'y', 80, 'standard', null)});
    $t->exits($t->pgswap('revert', 'app.t'), 0, "$name: revert");
    equal($name, 'mirror.t', 'app.t');
    all_gone($name, $schema);
};

# -- a row did not fit, and fits again when the tables are exchanged
section 'a row that fits again' => sub {
    make();
    $name = 'a row that fits again';
    $t->exits($t->pgswap('run', 'app.t', @CHANGE), 0, "$name: swap");
    $follow = $t->spawn('follow', 'app.t');
    $writer->do('update app.t set n = 5000000000 where id = 2');
    $t->wait_until('status says that no revert is possible', sub { !$t->status('app.t')->{revert}{possible} });
    $t->kill_run($follow, 'TERM');
    $writer->do('update app.t set n = 2 where id = 2');
    $t->exits($t->pgswap($_, 'app.t'), 0, "$name: $_") for qw(revert swap);
    is($t->status('app.t')->{revert}{since}, undef, "$name: nothing is said of it any more");
    ok($t->status('app.t')->{revert}{possible}, "$name: a revert is possible");
    $t->exits($t->pgswap('finish', 'app.t'), 0, "$name: finish");
};

# -- a row that does not fit any more
section 'a row that does not fit' => sub {
    make();
    $name = 'a row that does not fit';
    $t->exits($t->pgswap('run', 'app.t', @CHANGE), 0, "$name: swap");
    $follow = $t->spawn('follow', 'app.t');
    my $knows = sub {
        my ($possible) = @_;
        return $t->wait_until("status says revert possible: $possible", sub {
            die "follow ended: $follow->{err}" unless $t->lives($follow);
            return ($t->status('app.t')->{revert}{possible} ? 1 : 0) == $possible;
        });
    };
    $writer->do(q{insert into app.t (id, code, n) values (3000000000, 'wide', 1)});
    $knows->(0);
    $status = $t->status('app.t')->{revert};
    like($status->{since}, qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/, "$name: since when");
    like($status->{reason}, qr/\b3000000000\b/, "$name: which key");
    like($t->pgswap('status', 'app.t')->{out}, qr/3000000000/, "$name: status without --json says it, too");
    $writer->do('update app.t set n = 4711 where id = 1');
    $t->wait_until('a second look of follow', sub { $t->status('app.t')->{backlog} >= 2 });
    is($t->status('app.t')->{revert}{since}, $status->{since}, "$name: since stays");
    ok($t->lives($follow), "$name: follow keeps running");
    $t->exits($t->pgswap('revert', 'app.t'), 8, "$name: revert while follow runs");
    $t->kill_run($follow, 'TERM');
    like($follow->{err}, qr/3000000000/, "$name: follow has named the key");
    $revert = $t->pgswap('revert', 'app.t');
    $t->exits($revert, 3, "$name: revert");
    like($revert->{err}, qr/3000000000/, "$name: revert names the key");
    like($revert->{err}, qr/^pgswap: error: table app\.t: (?!table)/m, "$name: and the table, once");
    like($revert->{err}, qr/does not fit the old table: column id is integer/, "$name: and what does not fit");
    is(type_of('app.t', 'n'), 'bigint', "$name: not reverted");
    is($t->value('select count(*) from app.t'), 101, "$name: no row is lost");
    is($t->status('app.t')->{phase}, 'swapped', "$name: still swapped");
    $follow = $t->spawn('follow', 'app.t');
    $knows->(0);
    $writer->do('delete from app.t where id = 3000000000');
    $knows->(1);
    is($t->status('app.t')->{revert}{since}, undef, "$name: mended");
    $t->wait_until('the rest is applied', sub { $t->value('select n from ' . standby() . ' where id = 1') == 4711 });
    $t->kill_run($follow, 'TERM');
    # another column, found by the revert alone
    $writer->do('update app.t set n = 5000000000 where id = 2');
    $revert = $t->pgswap('revert', 'app.t');
    $t->exits($revert, 3, "$name: revert with a value that does not fit");
    like($revert->{err}, qr/\bn\b/, "$name: the column is named");
    like($revert->{err}, qr/22003/, "$name: the SQLSTATE is named");
    is($t->value('select n from app.t where id = 2'), '5000000000', "$name: the value is not lost");
    $writer->do('update app.t set n = 2 where id = 2');
    $t->exits($t->pgswap('revert', 'app.t'), 0, "$name: mended, revert");
    $t->sql('update mirror.t set n = 4711 where id = 1');
    equal("$name: mended", 'mirror.t', 'app.t');
    $t->exits($t->pgswap('abort', 'app.t'), 0, "$name: abort");
};

# -- NOT NULL given up: a NULL is a row without a way back
section 'a NULL where the old table has none' => sub {
    make();
    $name = 'a NULL where the old table has none';
    $t->exits($t->pgswap('run', 'app.t', '--alter', 'ALTER COLUMN n TYPE bigint, ALTER COLUMN n DROP NOT NULL'), 0, "$name: swap");
    $writer->do('update app.t set n = null where id = 11');
    $revert = $t->pgswap('revert', 'app.t');
    $t->exits($revert, 3, $name);
    like($revert->{err}, qr/\b11\b/, "$name: the key is named");
    is(type_of('app.t', 'n'), 'bigint', "$name: not reverted");
    $writer->do('update app.t set n = 11 where id = 11');
    $t->exits($t->pgswap('revert', 'app.t'), 0, "$name: mended, revert");
    equal($name, 'mirror.t', 'app.t');
    $t->exits($t->pgswap('abort', 'app.t'), 0, "$name: abort");
};

# -- an expression has no way back by itself
section 'USING without a way back' => sub {
    make();
    $name = 'USING without a way back';
    $plan = $t->pgswap('plan', 'app.t', @LOSSY);
    like("$plan->{out}$plan->{err}", qr/way back|revert/i, "$name: plan says it");
    $refused = $t->pgswap('run', 'app.t', @LOSSY);
    $t->exits($refused, 4, $name);
    like($refused->{err}, qr/\bn\b/, "$name: the column is named");
    like($refused->{err}, qr/--reverse-map/, "$name: the hint names --reverse-map");
    like($refused->{err}, qr/--no-revert/, "$name: the hint names --no-revert");
    $t->is_clean("$name: nothing was begun");
    $t->exits($t->pgswap('run', 'app.t', @LOSSY, '--no-revert'), 0, "$name: --no-revert");
    $status = $t->status('app.t')->{revert};
    ok(!$status->{possible}, "$name: status says that there is no revert");
    like($status->{reason}, qr/\bn\b/, "$name: … and why");
    $t->exits($t->pgswap($_, 'app.t'), 4, "$name: $_ is refused") for qw(revert follow);
    is(type_of('app.t', 'n'), 'text', "$name: nothing was changed by that");
    $t->exits($t->pgswap('finish', 'app.t', '--keep', '1ms'), 0, "$name: finish --keep after its time");
    $t->is_clean("$name: finished");
    $t->exits($t->pgswap('finish', 'app.t'), 0, "$name: finish again has nothing to do");
};

section '--reverse-map' => sub {
    make();
    $name = '--reverse-map';
    $t->exits($t->pgswap('run', 'app.t', @LOSSY, '--alter', 'DROP COLUMN legacy', '--reverse-map', 'n=substr(n, 2)::int',
        '--reverse-map', q{legacy='from ' || id}), 0, "$name: swap");
    $t->sql(q{insert into app.t (id, code, n) values (500, 'z', 'n77'); insert into mirror.t (id, code, n, legacy) values (500, 'z', 77, 'from 500');
        update app.t set n = 'n0' where id = 3; update mirror.t set n = 0, legacy = 'from 3' where id = 3});
    $t->exits($t->pgswap('verify', 'app.t'), 0, "$name: verify");
    $t->sql(q{update app.t set n = 'seven' where id = 4});
    $revert = $t->pgswap('revert', 'app.t');
    $t->exits($revert, 3, "$name: a value that the expression does not take");
    like($revert->{err}, qr/\b4\b/, "$name: the key is named");
    $t->sql(q{update app.t set n = 'n4' where id = 4; update mirror.t set legacy = 'from 4' where id = 4});
    $t->exits($t->pgswap('revert', 'app.t'), 0, "$name: revert");
    equal($name, 'mirror.t', 'app.t');
    $t->exits($t->pgswap('abort', 'app.t'), 0, "$name: abort");
};

# -- somebody who holds what follow needs, and wants what it has: the row is not to blame
section 'a deadlock' => sub {
    make();
    $name = 'a deadlock';
    $t->exits($t->pgswap('run', 'app.t', @CHANGE), 0, "$name: swap");
    my $point = $t->hold('snapshot-begun');
    $t->sql(q{update app.t set remark = 'followed' where id = 9; update mirror.t set note = 'followed' where id = 9});
    $follow = $t->spawn('follow', 'app.t', '--pause-at', 'snapshot-begun');
    $t->arrived($point, $follow);
    my $other = $t->connect(user => undef);
    $other->do(q{set deadlock_timeout = '10min'; begin; select from pgswap.lease for update});
    $t->async($other, 'lock table app.t in access exclusive mode');
    $t->blocked($other);
    $t->let_go($point);
    $t->done($other);
    $other->do('rollback');
    $t->wait_until('the old table follows', sub {
        die "it ended: $follow->{err}" unless $t->lives($follow);
        return $t->value('select note from ' . standby() . ' where id = 9') eq 'followed' });
    $t->kill_run($follow, 'TERM');
    unlike($follow->{err}, qr/not possible/, "$name: it is not said that a row does not fit");
    $t->exits($t->pgswap('revert', 'app.t'), 0, "$name: revert");
    equal($name, 'mirror.t', 'app.t');
    $t->exits($t->pgswap('abort', 'app.t'), 0, "$name: abort");
};

# -- run --follow
section 'run --follow' => sub {
    make();
    $name = 'run --follow';
    $run = $t->spawn('run', 'app.t', @CHANGE, '--follow', '1h');
    $t->wait_until('swapped', sub { die "it ended: $run->{err}" unless $t->lives($run); return type_of('app.t', 'n') eq 'bigint' });
    $t->sql(q{update app.t set remark = 'followed' where id = 9; update mirror.t set note = 'followed' where id = 9});
    $t->wait_until('the old table follows', sub {
        die "it ended: $run->{err}" unless $t->lives($run);
        return $t->value('select note from ' . standby() . ' where id = 9') eq 'followed' });
    $t->exits($t->pgswap('finish', 'app.t'), 8, "$name: finish while it follows");
    $t->kill_run($run, 'INT');
    ok($run->{exit} == 0 || $run->{exit} == 7, "$name: it ends when it is told to") or diag("$run->{exit} $run->{err}");
    $t->exits($t->pgswap('revert', 'app.t'), 0, "$name: revert");
    equal($name, 'mirror.t', 'app.t');
    $t->exits($t->pgswap('swap', 'app.t'), 0, "$name: swap");
    $run = $t->pgswap('follow', 'app.t', '--follow', '700ms');
    $t->exits($run, 0, 'follow ends after its time');
    $t->exits($t->pgswap('finish', 'app.t'), 0, "$name: finish");
    $t->is_clean("$name: nothing is left");
};


# -- row-level capture, asked for once, is kept for the way back
section 'row capture' => sub {
    $t->sql_as(owner => 'create table app.w (id int primary key, n int); insert into app.w select i, i from generate_series(1, 10) i');
    $t->exits($t->pgswap('run', 'app.w', '--row-capture', '--alter', 'ALTER COLUMN n TYPE bigint', '--until=ready'), 0, 'row capture: ready');
    $t->sql('update app.w set n = -n where id <= 3; update app.w set id = 20 where id = 4; delete from app.w where id = 5');
    $t->exits($t->pgswap('swap', 'app.w'), 0, 'row capture: swap');
    $t->sql('update app.w set n = 0 where id = 6');
    $t->exits($t->pgswap('revert', 'app.w'), 0, 'row capture: revert without the option');
    is($t->value(q{select string_agg(w::text, ' ' order by w::text) from app.w}), '(1,-1) (10,10) (2,-2) (20,4) (3,-3) (6,0) (7,7) (8,8) (9,9)', 'row capture: all is there');
    $t->exits($t->pgswap('abort', 'app.w'), 0, 'row capture: abort');
};

done_testing();
