# What others do to the table while a migration is at work is noticed within seconds, in every phase and
# while it waits, and said in words.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Cases;
use Pgswap::Test;
use Test::More;

my $t = Pgswap::Test->start('foreign_ddl');
my @ALTER = ('--alter', 'ALTER COLUMN n TYPE bigint');

sub make
{
    $t->sql('drop table if exists app.t, app.o2');
    $t->sql_as(owner => 'create table app.t (id int primary key, n int default 0, gone int, x text);'
        . q(insert into app.t select i, i, i, repeat('x', 150) from generate_series(1, 3000) i;)
        . 'create index t_x on app.t (x); create function app.noop() returns trigger language plpgsql as $$begin return new; end$$;'
        . 'create trigger audit before update on app.t for each row execute function app.noop()');
    return;
}

sub section
{
    my ($name, $body) = @_;
    Pgswap::Cases::run($t, $name, $body);
    $t->sql('drop table if exists app.t, app.o2; drop function if exists app.noop, app.slow');
    return;
}

# The run ends by itself.
sub noticed
{
    my ($run, $pattern, $name) = @_;
    $t->reap($run, 90);
    $t->exits($run, 10, $name);
    like($run->{err}, $pattern, "$name: said in words");
    unlike($run->{err}, qr/should be/, "$name: … and not as two texts");
    return;
}

sub over
{
    my ($name) = @_;
    my $where = $t->value(q{select to_regclass('app.o2')}) // 'app.t';
    $t->exits($t->pgswap('abort', $where), 0, "$name: abort");
    $t->is_clean("$name: nothing is left");
    return;
}

# [statements, what is said]
my @DDL = (
    [ 'alter table app.t rename to o2', qr/error: table app\.t was renamed to o2/ ],
    [ 'alter table app.t add column late int', qr/detail: column late was added$/m ],
    [ 'alter table app.t drop column gone', qr/detail: column gone was dropped$/m ],
    [ 'alter table app.t alter n set default 1', qr/detail: column n was altered: default: 1, was 0$/m ],
    [ 'drop index app.t_x', qr/detail: index t_x was dropped$/m ],
    [ 'alter table app.t disable trigger audit', qr/detail: trigger audit was altered: enabled: D, was O$/m ],
    [ 'comment on column app.t.x is $$a; b$$', qr/detail: column x was altered: comment: a; b, was none$/m ],
    [ 'alter table app.t alter n set not null, alter n drop default',
        qr/column n was altered: not null: t, was f; default: none, was 0$/m ],
);

section "hold: $_->[0]" => sub {
    my ($ddl, $pattern) = @$_;
    make();
    my $run = $t->spawn('run', 'app.t', @ALTER, '--hold');
    $t->wait_until('it holds', sub { $t->value(q{select to_regclass('pgswap.migration')})
        && $t->value('select hold from pgswap.migration order by id desc limit 1') });
    $t->sql_as(owner => $ddl);
    noticed($run, $pattern, "hold, $ddl");
    like($t->value('select error from pgswap.migration order by id desc limit 1'), qr/renamed|altered/, "hold, $ddl: status says it, too");
    over("hold, $ddl");
} for @DDL;

# Nobody names the table in it, nor ours: it has them all.
section 'a publication of all tables' => sub {
    make();
    $t->exits($t->pgswap('run', 'app.t', @ALTER, '--until=ready'), 0, 'a publication of all tables: ready');
    $t->sql('set client_min_messages = error; create publication everything for all tables; reset client_min_messages');
    for my $command ('verify', 'swap')
    {
        my $run = $t->pgswap($command, 'app.t');
        $t->exits($run, 10, "a publication of all tables: $command");
        like($run->{err}, qr/detail: publication everything of all tables was added$/m, "a publication of all tables: $command says which");
    }
    $t->sql('drop publication everything');
    $t->exits($t->pgswap('swap', 'app.t'), 0, 'a publication of all tables: dropped, and swapped');
    $t->sql('set client_min_messages = error; create publication everything for all tables; reset client_min_messages');
    $t->exits($t->pgswap('revert', 'app.t'), 10, 'a publication of all tables: nor back');
    $t->sql('drop publication everything');
    $t->exits($t->pgswap($_, 'app.t'), 0, "a publication of all tables: dropped, and $_") for 'revert', 'abort';
    $t->sql('set client_min_messages = error; create publication everything for all tables; reset client_min_messages');
    $t->exits($t->pgswap('run', 'app.t', @ALTER, '--force=publication', '--until=ready'), 0, 'a publication of all tables: that was there is no news');
    $t->exits($t->pgswap($_, 'app.t'), 0, "a publication of all tables: $_") for 'swap', 'revert', 'swap', 'finish';
    $t->sql('drop publication everything');
};

section 'hold: capture' => sub {
    make();
    my $run = $t->spawn('run', 'app.t', @ALTER, '--hold');
    $t->wait_until('it holds', sub { $t->value(q{select to_regclass('pgswap.migration')})
        && $t->value('select hold from pgswap.migration order by id desc limit 1') });
    $t->sql(q{do $$ begin execute (select string_agg(format('alter table app.t disable trigger %I', tgname), ';')
        from pg_trigger where tgname like 'pgswap%' and tgrelid = 'app.t'::regclass); end $$});
    noticed($run, qr/capture triggers on app\.t were dropped or disabled/, 'capture switched off');
    over('capture switched off');
};

# In the copy: the connection that copies stands in the middle of a chunk.
for my $case ([ 'alter table app.t add column late int', qr/detail: column late was added$/m ],
    [ 'create index late on app.t (n)', qr/detail: index late was added$/m ])
{
    my ($ddl, $pattern) = @$case;
    section "paused copy: $ddl" => sub {
        make();
        my $point = $t->hold('chunk-read');
        my $run = $t->spawn('run', 'app.t', @ALTER, '--jobs', 1, '--chunk-blocks', 2, '--pause-at', 'chunk-read');
        $t->arrived($point, $run);
        $t->exits($t->pgswap('pause', 'app.t'), 0, 'pause');
        $t->let_go($point);
        $t->wait_until('it waits', sub { ($t->status('app.t')->{waiting_for} // '') =~ /paused/ });
        $t->sql_as(owner => $ddl);
        noticed($run, $pattern, "paused copy, $ddl");
        over("paused copy, $ddl");
    };
}

section 'copy: renamed' => sub {
    make();
    my $point = $t->hold('capture-ready');
    my $run = $t->spawn('run', 'app.t', @ALTER, '--pause-at', 'capture-ready');
    $t->arrived($point, $run);
    $t->sql_as(owner => 'alter table app.t rename to o2');
    $t->let_go($point);
    noticed($run, qr/error: table app\.t was renamed to o2/, 'copy, renamed');
    over('copy, renamed');
};

# A function that waits for a lock of the test's makes an index build, or a comparison, last.
my $SLOW = q{create or replace function app.slow(text) returns text immutable language plpgsql as
    'begin perform pg_advisory_lock_shared(4711); perform pg_advisory_unlock_shared(4711); return $1; end'};

sub stands
{
    my ($run) = @_;
    return $t->wait_until('it stands', sub {
        die "it ended: $run->{out}$run->{err}" unless $t->lives($run);
        return $t->value('select count(*) from pg_locks where objid = 4711 and not granted') });
}

section 'index' => sub {
    make();
    $t->sql_as(owner => "$SLOW; create index t_slow on app.t (app.slow(x))");
    my $point = $t->hold('copy-done');
    my $run = $t->spawn('run', 'app.t', @ALTER, '--pause-at', 'copy-done');
    $t->arrived($point, $run);
    my $slow = $t->connect(user => undef);
    $slow->do('select pg_advisory_lock(4711)');
    $t->let_go($point);
    stands($run);
    $t->sql_as(owner => 'comment on table app.t is $$mine$$');
    noticed($run, qr/detail: table was altered: comment: mine, was none$/m, 'index build');
    $slow->disconnect;
    over('index build');
};

section 'verify' => sub {
    make();
    $t->sql_as(owner => $SLOW);
    $t->exits($t->pgswap('run', 'app.t', '--map', 'x=app.slow(x)', '--no-revert', '--until=ready'), 0, 'verify: ready');
    my $slow = $t->connect(user => undef);
    $slow->do('select pg_advisory_lock(4711)');
    my $run = $t->spawn('verify', 'app.t');
    stands($run);
    $t->sql_as(owner => 'comment on table app.t is $$mine$$');
    noticed($run, qr/detail: table was altered: comment: mine, was none$/m, 'comparison');
    $slow->disconnect;
    over('comparison');
};

section 'follow' => sub {
    make();
    $t->exits($t->pgswap('run', 'app.t', @ALTER), 0, 'follow: swapped');
    my $run = $t->spawn('follow', 'app.t');
    $t->wait_until('it follows', sub { $t->value(q{select count(*) from pg_stat_activity where application_name like 'pgswap%'}) });
    $t->sql_as(owner => 'alter table app.t rename to o2');
    noticed($run, qr/error: table app\.t was renamed to o2/, 'follow, renamed');
    $t->exits($t->pgswap('finish', 'app.t'), 0, 'follow: finish');
    $t->is_clean('follow: nothing is left');
};

done_testing();
