create table app.t (id int primary key, a int) partition by range (id);
create table app.leaf partition of app.t for values from (0) to (100);
