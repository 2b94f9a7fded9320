create table app.ref (id int primary key, u int unique);
insert into app.ref select i, i from generate_series(1, 10) i;
create table app.parent (id int not null, r int constraint parents references app.ref on delete cascade, u int constraint crossed references app.ref (u)) partition by range (id);
create table app.t (id int primary key, r int constraint crossed references app.ref on delete cascade, u int constraint parents references app.ref (u));
alter table app.parent attach partition app.t for values from (0) to (100);
insert into app.parent select i, 1 + i % 10, 1 + i % 10 from generate_series(1, 60) i;
comment on constraint crossed on app.t is 'its own';
