create table app.t (id int primary key, c int, note text);
create table app.o (id int primary key);
insert into app.t select g, g % 7, 'n' || g from generate_series(1, 30) g;
insert into app.o select g from generate_series(100, 120) g;
create view app.v (a, b) as select q.id, q.c from (select length(note) as id, c from app.t union all select id, null from app.o) q;
create view app.above as select count(*) from app.v;
create view app.row as select t.c as x, t as whole from app.t union all select null, null;
comment on view app.v is 'respelled';
grant select on app.v to reader;
