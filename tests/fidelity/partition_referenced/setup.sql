create table app.parent (id int primary key, a int) partition by range (id);
create table app.t partition of app.parent for values from (0) to (100);
insert into app.parent select i, i from generate_series(1, 60) i;
create table app.c (p int constraint to_parent references app.parent);
insert into app.c values (5);
