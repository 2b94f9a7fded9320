create table app.t (id int primary key, a int, b text);
insert into app.t select i, i % 5, 'b' || i from generate_series(1, 40) i;
reset role;
create publication twice for table app.t where (id < 3 or id > 30), tables in schema app;
create publication partly for table app.t (id, a) where (id > 0);
