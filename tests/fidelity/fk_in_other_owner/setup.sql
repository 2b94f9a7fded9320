create table app.t (id int primary key, a text);
insert into app.t select i, 'a' from generate_series(1, 50) i;
grant references on app.t to helper;
grant usage, create on schema app to helper;
set role helper;
create table app.c (t_id int references app.t on delete cascade);
insert into app.c select i from generate_series(1, 50) i;
set role owner;
