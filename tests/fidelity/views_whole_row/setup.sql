create table app.t (id int primary key, a int, b text);
insert into app.t select i, i % 7, 'b' || i from generate_series(1, 30) i;
create view app.whole as select t, t.id as x from app.t;
create view app.json as select row_to_json(t) as j, (t).b as bb, t is null as n from app.t;
create view app.upper as select (w.t).a, w.x from app.whole w;
create view app.row_of_view as select to_jsonb(u) as u from app.upper u;
