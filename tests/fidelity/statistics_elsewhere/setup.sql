create schema stats authorization owner;
create table app.t (id int primary key, a int, "D e" date);
insert into app.t select i, i % 5, '2020-01-01' from generate_series(1, 50) i;
create statistics stats.elsewhere (dependencies, mcv) on a, "D e" from app.t;
create statistics app.elsewhere on id, a from app.t;
alter statistics stats.elsewhere set statistics 0;
comment on statistics stats.elsewhere is 'in another schema';
