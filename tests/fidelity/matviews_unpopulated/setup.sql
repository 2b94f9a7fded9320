create table app.t (id int primary key, a int, b text);
insert into app.t select i, i % 7, 'b' || i from generate_series(1, 70) i;
create view app.v as select id, a from app.t;
create materialized view app.empty as select id, a from app.v with no data;
create unique index empty_id on app.empty (id);
create materialized view app.full_ as select a, count(*) as n from app.v group by a;
