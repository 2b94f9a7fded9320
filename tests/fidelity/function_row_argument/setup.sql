create table app.t (id int primary key, a int, b text);
insert into app.t select i, i % 7, 'b' || i from generate_series(1, 30) i;
create function app.label(app.t) returns text language sql stable as $$ select $1.b || $1.a $$;
create function app.many(app.t[]) returns int language sql as $$ select cardinality($1) $$;
create view app.v as select app.label(t.*) as l, t.id from app.t;
