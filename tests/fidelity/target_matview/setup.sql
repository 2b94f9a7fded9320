create table app.base (id int primary key, a int);
create materialized view app.t as select * from app.base;
