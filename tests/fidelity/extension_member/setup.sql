create table app.t (id int primary key, a int);
reset role;
create extension hstore schema public;
alter extension hstore add table app.t;
