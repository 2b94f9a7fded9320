create table app.t (id int primary key, other int);
create table app.o (id int primary key, t int references app.t deferrable);
alter table app.t add constraint to_o foreign key (other) references app.o deferrable initially deferred;
begin;
insert into app.t select i, i from generate_series(1, 40) i;
insert into app.o select i, i from generate_series(1, 40) i;
commit;
