create table app.parent (id int primary key, a int) partition by hash (id);
create table app.t partition of app.parent for values with (modulus 2, remainder 1);
create table app.o partition of app.parent for values with (modulus 2, remainder 0);
insert into app.parent select i, i from generate_series(1, 60) i;
alter table app.t alter a set default 7;
