create table app.t (id int primary key, u text);
insert into app.t select i, 'u' || i from generate_series(1, 50) i;
create table app.mother (t_id int references app.t);
create table app.daughter (x int) inherits (app.mother);
alter table app.daughter add constraint daughter_fk foreign key (t_id) references app.t on delete set null;
insert into app.daughter select 1 + i % 50, i from generate_series(1, 60) i;
