create table app.t (id int primary key, a int);
insert into app.t select i, i % 7 from generate_series(1, 30) i;
create function app.next_id() returns int language sql as $$ select max(id)::int + 1 from app.t $$;
create table app.other (id int default app.next_id(), rel regclass default 'app.t'::regclass);
insert into app.other values (1);
