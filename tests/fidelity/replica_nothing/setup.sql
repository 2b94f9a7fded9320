create table app.t (id int primary key, a int);
insert into app.t select i, i from generate_series(1, 50) i;
alter table app.t replica identity nothing;
