create table app.t (id int primary key, a int);
insert into app.t values (1, 1);
alter default privileges revoke insert, select on tables from owner;
alter default privileges in schema app grant delete on tables to public;
