create type app.mood as enum ('sad', 'ok', 'it''s "fine"');
create type app.pair as (a int, "B" text);
create domain app.email as text default 'nobody@example.org' check (value like '%@%') not null;
create function app.token(prefix text default 'x') returns text language sql volatile as $$ select prefix || md5('1') $$;
create function app."Make It"() returns int language plpgsql stable as $$ begin return 5; end $$;
create function app.plus(int, int) returns int language sql immutable as 'select $1 + $2';
create operator app.|+| (leftarg = int, rightarg = int, function = app.plus);
create table app.t (
    id int primary key default app."Make It"(),
    token text default app.token('it''s'),
    m app.mood not null default 'it''s "fine"',
    p app.pair default row(1, 'a b')::app.pair,
    mail app.email,
    mails app.email[] default array['a@b']::app.email[],
    who name default current_user,
    at timestamptz default now() + interval '1 day',
    d date default 'today',
    n numeric(10, 3) default 1.50,
    s varchar(20) default E'line\nbreak\\',
    j jsonb default '{"a": [1, 2]}',
    b bytea default '\xdeadbeef',
    u uuid default gen_random_uuid(),
    op int default (1 operator(app.|+|) 2),
    arr int[] default '{{1,2},{3,4}}',
    bits bit varying(5) default b'101',
    nul int default null);
insert into app.t (id) select i from generate_series(1, 40) i;
