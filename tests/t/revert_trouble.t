# The way back when something is in its way: a revert that was killed after its COMMIT, a hook that fails, capture that was
# off, lines that are lost again and again.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Pgswap::Cases;
use Pgswap::Test;
use Test::More;
use Time::HiRes qw(sleep);

my $t = Pgswap::Test->start('revert_trouble');
my @BIGINT = ('--alter', 'ALTER COLUMN id TYPE bigint');

sub section { return Pgswap::Cases::run($t, @_) }

sub make { return $t->make_app(@_) }
sub goes { return $t->goes(@_) }

sub ends
{
    my ($name) = @_;
    goes($name, 'abort');
    return $t->is_clean("$name: nothing is left");
}

section 'a revert that was killed after its COMMIT' => sub {
    my $name = 'a revert that was killed after its COMMIT';
    make('create table app.t (id int primary key, n int); insert into app.t select i, 0 from generate_series(1, 10) i;
        create table app.c (t_id int references app.t); insert into app.c select i from generate_series(1, 10) i');
    $t->exits($t->pgswap('revert', 'app.t'), 1, "$name: there is nothing to revert yet");
    goes($name, 'run', @BIGINT, '--until=ready');
    $t->exits($t->pgswap('revert', 'app.t'), 4, "$name: it is not swapped yet");
    goes($name, 'swap');
    my $run = $t->pgswap('revert', 'app.t', '--hook-after-swap', 'kill -9 $PPID');
    is($run->{signal}, 9, "$name: killed");
    is($t->value(q{select convalidated from pg_constraint where conname = 'c_t_id_fkey'}), 0, "$name: the foreign key is not validated");
    goes($name, 'revert');
    is($t->value(q{select convalidated from pg_constraint where conname = 'c_t_id_fkey'}), 1, "$name: said again, it is");
    is($t->value(q{select format_type(atttypid, null) from pg_attribute where attrelid = 'app.t'::regclass and attname = 'id'}), 'integer', "$name: and the table is as it was");
    goes($name, 'swap');
    goes($name, 'revert');
    ends($name);
};

section 'the way back does not wait for validation' => sub {
    my $name = 'the way back does not wait for validation';
    make('create table app.t (id int primary key, n int); insert into app.t select i, 0 from generate_series(1, 10) i;
        create table app.c (t_id int references app.t); insert into app.c select i from generate_series(1, 10) i');
    goes($name, 'run', @BIGINT, '--until=ready');
    my $run = $t->pgswap('swap', 'app.t', '--hook-after-swap', 'kill -9 $PPID');
    is($run->{signal}, 9, "$name: killed before it");
    $run = $t->pgswap('revert', 'app.t', '--hook-after-swap', 'test -e /nonexistent');
    $t->exits($run, 12, "$name: a hook that fails is told");
    is($t->value(q{select convalidated from pg_constraint where conname = 'c_t_id_fkey'}), 1, "$name: and holds nothing else up");
    is($t->value(q{select format_type(atttypid, null) from pg_attribute where attrelid = 'app.t'::regclass and attname = 'id'}), 'integer', "$name: reverted");
    ends($name);
};

# Rows are changed while capture is off: there is no way back then, and the way out that is named is one.
sub capture
{
    my ($how) = @_;
    return $t->sql(q{do $$ begin execute (select string_agg(format('} . ($how eq 'drop' ? 'drop trigger %I on app.t' : "alter table app.t $how trigger %I")
        . q{', tgname), ';') from pg_trigger where tgname like 'pgswap%' and tgrelid = 'app.t'::regclass); end $$});
}
for my $how ('disable', 'enable', 'drop', 'for a while', 'for a while, at work', 'at work')
{
    section "capture is off: $how" => sub {
        my $name = "capture is off: $how";
        my $at_work = $how =~ /at work/;
        my ($point, $run);
        make('create table app.t (id int primary key, u int unique); insert into app.t select i, i from generate_series(1, 50) i');
        goes($name, 'run', @BIGINT);
        if ($at_work)
        {
            $t->sql_as(owner => 'update app.t set u = 1001 where id = 1');
            $point = $t->hold('round-applied');
            $run = $t->spawn('revert', 'app.t', '--pause-at', 'round-applied');
            $t->arrived($point, $run);
        }
        capture($how =~ /^(?:disable|enable|drop)$/ ? $how : 'disable');
        $t->sql(q{set session_replication_role = replica; delete from app.t where u = 5; reset session_replication_role});
        capture('enable always') if $how =~ /while/;
        $t->sql('insert into app.t values (600, 5)');
        $t->let_go($point) if $at_work;
        $run = $at_work ? $t->reap($run) : $t->pgswap('revert', 'app.t');
        # capture is on again: the tables are compared again, and the key is told
        my ($exit, $why) = $how =~ /^for a while/ ? (5, qr/key \(5\)/) : (10, qr/capture triggers/);
        $t->exits($run, $exit, $name);
        like($run->{err}, $why, "$name: why");
        like($run->{err}, qr/hint:.*"pgswap finish"/, "$name: a way out");
        goes($name, 'finish');
        is($t->value('select count(*) from app.t'), 50, "$name: the table is as it was");
        $t->is_clean("$name: nothing is left");
    };
}

for my $command ('follow', 'run')
{
    section "lines that are lost again and again, $command" => sub {
        my $name = "lines that are lost again and again, $command";
        make('create table app.t (id int primary key, n int); insert into app.t select i, 0 from generate_series(1, 10) i');
        goes($name, 'run', @BIGINT) if $command eq 'follow';
        my $run = $t->spawn($command, 'app.t', ($command eq 'run' ? @BIGINT : ()), '--follow', '1h', '--reconnect', '5s');
        for my $turn (1 .. 2)
        {
            my $pid;
            $t->wait_until('it follows', sub {
                die "it ended: $run->{err}" unless $t->lives($run);
                $pid = $t->value(q{select pid from pg_stat_activity where application_name = 'pgswap' and query ~ 'revert_problem'
                    and (select phase from pgswap.migration order by id desc limit 1) = 'swapped'});
                return defined $pid;
            });
            $t->sql("select pg_terminate_backend($pid)");
            sleep 12;    # longer than --reconnect: a new trouble, not more of the last one
        }
        ok($t->lives($run), "$name: it goes on");
        $t->kill_run($run, 'TERM');
        ok($run->{exit} == 0 || $run->{exit} == 7, "$name: it ends when it is told to") or diag("$run->{exit} $run->{err}");
        goes($name, 'finish');
    };
}

done_testing();
