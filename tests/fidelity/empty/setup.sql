create table app.t (id int primary key);
create materialized view app.m as select * from app.t;
