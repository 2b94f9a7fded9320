create table app.parent (a int, b text, constraint positive check (a > 0));
create table app.t (id int primary key, b text, a int not null, constraint positive check (a > 0));
alter table app.t inherit app.parent;
insert into app.t select i, 'b', i from generate_series(1, 100) i;
