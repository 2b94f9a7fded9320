create table app.t (id int primary key, a int);
insert into app.t select i, i from generate_series(1, 30) i;
create view app.v as select id, id + 1 as next, id in (1, 2) as low, coalesce(id, 0) as c, id::text as txt, id::bigint as wide, id / 2.0 as half from app.t, (values (1)) as one (n) where id > 5;
create view app.w as select next, c, wide from app.v;
