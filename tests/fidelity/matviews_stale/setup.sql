create table app.t (id int primary key, a int, b text);
insert into app.t select i, i % 7, 'b' || i from generate_series(1, 70) i;
create materialized view app.stale as select id, a from app.t;
update app.t set a = a + 100;
delete from app.t where id > 60;
