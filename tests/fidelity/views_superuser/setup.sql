create table app.t (id int primary key, a int);
insert into app.t values (1, 1);
grant select on app.t to stranger;
grant usage, create on schema app to stranger;
set role stranger;
create view app.theirs as select id from app.t;
grant select on app.theirs to reader;
set role owner;
create view app.ours as select id from app.t;
