create table app.t (id int primary key, a int unique, check (a > 0));
insert into app.t select i, i from generate_series(1, 30) i;
create table app.t_old (id int);
create table app.t_new (id int);
create table app.pgswap (id int);
create table app.t1 (id int constraint t_pkey1 primary key, a int constraint t_a_key1 unique);
create sequence app.t_id_seq;
create type app.t_type as enum ('a');
