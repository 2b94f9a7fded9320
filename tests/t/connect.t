# Connecting: what may be different in a while is told from what stays as it is, also after a cut.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Test;
use PostgreSQL::Test::Utils ();
use Test::More;

my $t = Pgswap::Test->start('connect');
my @ALTER = ('--alter', 'ALTER COLUMN n TYPE bigint');

sub make
{
    $t->sql('drop table if exists app.t');
    $t->sql_as(owner => 'create table app.t (id int primary key, n int, x text);'
        . 'insert into app.t select i, i, i::text from generate_series(1, 500) i');
    return;
}

sub fails
{
    my ($run, $code, $pattern, $name) = @_;
    $t->exits($run, $code, $name);
    like($run->{err}, $pattern, "$name: says why");
    return;
}

# 2: connection; 4: who is not let in need not try again
$t->sql($_) for 'create role closed login connection limit 0', 'create role barred', 'create database closed',
    'revoke connect on database closed from public';
for my $case ([ 'no server', 2, 'host=127.0.0.1 port=1 connect_timeout=5', qr/refused/ ],
    [ 'no room', 2, $t->conninfo('closed'), qr/SQLSTATE 53300.*too many connections/s ],
    [ 'no such database', 4, $t->conninfo('owner', 'nowhere'), qr/SQLSTATE 3D000.*does not exist.*hint: [^\n]*-d /s ],
    [ 'no such role', 4, $t->conninfo('nobody_here'), qr/SQLSTATE 28000.*does not exist.*hint: [^\n]*-U .*-d\b/s ],
    [ 'no login', 4, $t->conninfo('barred'), qr/SQLSTATE 28000.*not permitted/s ],
    [ 'no right', 4, $t->conninfo('owner', 'closed'), qr/SQLSTATE 42501.*permission denied.*hint: .*GRANT CONNECT/s ])
{
    my ($name, $code, $conninfo, $pattern) = @$case;
    my $run = $t->pgswap('status', { no_dbname => 1 }, '-d', $conninfo, 'app.t');
    fails($run, $code, $pattern, $name);
    unlike($run->{err}, qr/LOCATION|\.c:\d/, "$name: in the server's plain words");
}
fails($t->pgswap('status', { no_dbname => 1 }, "postgresql://owner:secret\@127.0.0.1:1/shop"), 1, qr/hint: [^\n]*-d/, 'a URI in the place of a table');
fails($t->pgswap('status', { no_dbname => 1 }, 'host=127.0.0.1 password=secret'), 1, qr/hint: [^\n]*-d/, 'a connection string there');

# A password that is wrong, or missing.
{
    my $data = $t->node->data_dir;
    my $hba = PostgreSQL::Test::Utils::slurp_file("$data/pg_hba.conf");
    $t->sql(q{set password_encryption = 'scram-sha-256'; create role locked login password 'right'});
    PostgreSQL::Test::Utils::append_to_file("$data/pg_hba.conf.new", "local all locked scram-sha-256\n$hba");
    rename "$data/pg_hba.conf.new", "$data/pg_hba.conf" or die "pg_hba.conf: $!";
    $t->node->reload;
    $t->wait_until('the server has read it', sub { $t->pgswap('status', { env => { PGPASSWORD => 'wrong' }, user => 'locked' })->{exit} });
    $t->exits($t->pgswap('status', { env => { PGPASSWORD => 'right' }, user => 'locked' }), 0, 'the right password');
    fails($t->pgswap('status', { env => { PGPASSWORD => 'wrong' }, user => 'locked' }), 4, qr/SQLSTATE 28P01.*hint: [^\n]*-W/s, 'a wrong password');
    fails($t->pgswap('status', { env => { PGPASSFILE => '/dev/null' }, user => 'locked' }), 4, qr/SQLSTATE 28P01.*hint: [^\n]*-W/s, 'no password');
}

# The same after a cut: who is not let in any more does not try for ever, who finds no room does.
for my $case ([ 4, 'nologin', 'login', qr/SQLSTATE 28000/ ], [ 0, 'connection limit 0', 'connection limit -1', qr/connecting again/ ])
{
    my ($code, $off, $on, $pattern) = @$case;
    make();
    my $point = $t->hold('copy-done');
    my $run = $t->spawn('run', 'app.t', @ALTER, '--pause-at', 'copy-done', '--reconnect', '10min');
    $t->arrived($point, $run);
    $t->sql("alter role owner $off");
    $t->sql(q{select pg_terminate_backend(pid) from pg_stat_activity where usename = 'owner'});
    $t->let_go($point);
    $t->wait_until('it has tried again', sub { !$t->lives($run)
        || PostgreSQL::Test::Utils::slurp_file("$run->{base}.err") =~ /could not connect: .*too many connections.*; connecting again/ }, 30);
    $t->sql("alter role owner $on");
    $t->exits($t->reap($run), $code, "$off after a cut");
    like($run->{err}, $pattern, "$off after a cut: says so");
    $t->exits($t->pgswap($code ? 'abort' : 'finish', 'app.t'), 0, "$off after a cut: cleared away");
}

# What a role or a database may have set: none of it is in our way.
for my $setting ('default_transaction_read_only = on', 'session_replication_role = replica')
{
    for my $whose ('role owner', 'database shop')
    {
        my $name = "$setting for $whose";
        $t->sql('drop table if exists app.t, app.other');
        $t->sql_as(owner => 'create table app.other (id int primary key);'
            . 'create table app.t (id int primary key, n int references app.other, u int unique deferrable initially deferred);'
            . 'insert into app.other select generate_series(1, 500); insert into app.t select i, i, i from generate_series(1, 500) i');
        $t->sql("alter $whose set $setting");
        $t->exits($t->pgswap('run', 'app.t', '--alter', 'ALTER COLUMN id TYPE bigint', '--until=ready'), 0, "$name: ready");
        $t->sql('update app.t set u = 501 - u where id <= 100 or id > 400; delete from app.t where id = 250');
        $t->exits($t->pgswap('swap', 'app.t'), 0, "$name: swap");
        $t->sql('update app.t set u = 501 - u; update app.t set n = 1 where id = 3; delete from app.t where id = 251');
        $t->exits($t->pgswap($_, 'app.t'), 0, "$name: $_") for 'verify', 'revert', 'verify', 'swap', 'finish';
        is($t->value('select count(*) || $$ $$ || sum(n) || $$ $$ || sum(u * id) from app.t'),
            $t->value(q{with r as (select i, case i when 3 then 1 else i end as n, case when i <= 100 or i > 400 then i else 501 - i end as u
                from generate_series(1, 500) i where i not in (250, 251)) select count(*) || ' ' || sum(n) || ' ' || sum(u * i) from r}), "$name: the rows are right");
        ok(!eval { $t->sql("reset session_replication_role; $_"); 1 }, "$name: what was enforced is: $_")
            for 'insert into app.t values (1000, 1000, 1000)', 'insert into app.t values (1000, 1, 7)';
        $t->sql("alter $whose reset " . ($setting =~ /^(\S+)/)[0]);
        $t->is_clean("$name: nothing is left");
    }
}

# Few connections are left.
for my $case ([ 4 ], [ 3 ], [ 2, '--jobs', 1 ], [ 2, '--reconnect', '1s' ])
{
    my ($limit, @options) = @$case;
    my $name = "room for $limit connections (@options)";
    make();
    $t->sql("alter role owner connection limit $limit");
    my $run = $t->pgswap('run', 'app.t', '--json', @ALTER, @options);
    my $swap = $t->json($run)->{swap};
    $t->sql('alter role owner connection limit -1');
    if ("@options" =~ /reconnect/)
    {
        fails($run, 2, qr/\A(?:pgswap: note: [^\n]*\n)*pgswap: warning: [^\n]*too many connections.*hint: [^\n]*--jobs/s, $name);
        $t->exits($t->pgswap('run', 'app.t'), 0, "$name: the same command goes on");
    }
    else
    {
        $t->exits($run, 0, $name);
        my $watched = $limit > ("@options" =~ /jobs/ ? 2 : 3);
        is(defined $swap->{waiters}, $watched, "$name: " . ($watched ? 'who waits is counted' : 'nobody counts who waits'));
        like($run->{err}, qr/not counted: .*too many connections/, "$name: which is said, with the reason") unless $watched;
    }
    my $status = $t->status('app.t');
    is($status->{swap}{waiters} // 'unknown', defined $swap->{waiters} || "@options" =~ /reconnect/ ? 0 : 'unknown', "$name: status says the same");
    $t->exits($t->pgswap('finish', 'app.t'), 0, "$name: finish");
}

done_testing();
