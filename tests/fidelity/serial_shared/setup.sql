create table app.t (id serial primary key, note text);
create table app.other (id int primary key default nextval('app.t_id_seq'), t text);
create table app.third (id bigint default nextval('app.t_id_seq'::text), t text);
create function app.next_number() returns bigint language sql as $$ select nextval('app.t_id_seq') $$;
create view app.peek as select last_value from app.t_id_seq;
insert into app.t (note) select 'n' || i from generate_series(1, 40) i;
insert into app.other (t) select 'o' || i from generate_series(1, 10) i;
