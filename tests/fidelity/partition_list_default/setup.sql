create table app.ref (id int primary key);
insert into app.ref select i from generate_series(1, 10) i;
create table app.parent (id int not null, k text, r int references app.ref on delete cascade) partition by list (k);
create table app.a partition of app.parent for values in ('a', null);
create table app.t partition of app.parent (constraint t_pkey primary key (id), constraint id_check check (id > 0)) default;
insert into app.parent select i, chr(97 + i % 5), 1 + i % 10 from generate_series(1, 60) i;
create view app.v as select * from app.parent;
