create table app.t (id int primary key, a int);
create materialized view app.m as select id, a from app.t;
create function app.f() returns setof app.m language sql as 'select * from app.m';
