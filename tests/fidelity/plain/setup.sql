create table app.t (id serial primary key, note text);
insert into app.t (note) select 'n' || i from generate_series(1, 300) i;
create view app.v as select * from app.t;
drop view app.v;
