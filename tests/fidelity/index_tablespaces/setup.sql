create table app.t (id int, a int, b text, constraint t_pkey primary key (id) using index tablespace "Slow Disk") tablespace fast;
alter table app.t add constraint b_key unique (b) using index tablespace fast;
create index in_default on app.t (a);
create index in_fast on app.t (a, b) tablespace fast;
create index in_slow on app.t (b, a) tablespace "Slow Disk";
insert into app.t select i, i, 'b' || i from generate_series(1, 50) i;
