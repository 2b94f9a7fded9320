create table app.t (id int primary key, a text);
insert into app.t select i, 'a' from generate_series(1, 50) i;
grant references on app.t to stranger;
grant usage, create on schema app to stranger;
set role stranger;
create table app.c (t_id int constraint theirs references app.t on delete cascade);
set role owner;
