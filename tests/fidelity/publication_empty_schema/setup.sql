create table app.t (id int primary key, a int);
create schema quiet authorization owner;
insert into app.t values (1, 1);
reset role;
create publication of_schema for tables in schema quiet;
create publication nothing;
