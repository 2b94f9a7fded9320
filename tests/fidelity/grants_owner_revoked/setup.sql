create table app.t (id int primary key, a int);
insert into app.t values (1, 1);
grant select, insert, update, delete on app.t to reader;
revoke delete, truncate on app.t from owner;
