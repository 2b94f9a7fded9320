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
    [ 'no such database', 4, $t->conninfo('owner', 'nowhere'), qr/SQLSTATE 3D000.*does not exist.*hint: -d /s ],
    [ 'no such role', 4, $t->conninfo('nobody_here'), qr/SQLSTATE 28000.*does not exist.*hint: -U .*-d /s ],
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
        || PostgreSQL::Test::Utils::slurp_file("$run->{base}.err") =~ /could not connect; connecting again/ }, 30);
    $t->sql("alter role owner $on");
    $t->exits($t->reap($run), $code, "$off after a cut");
    like($run->{err}, $pattern, "$off after a cut: says so");
    $t->exits($t->pgswap($code ? 'abort' : 'finish', 'app.t'), 0, "$off after a cut: cleared away");
}

done_testing();
