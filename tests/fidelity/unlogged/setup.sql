create unlogged table app.t (id int generated always as identity primary key, s serial, a text unique);
insert into app.t (a) select 'a' || i from generate_series(1, 50) i;
