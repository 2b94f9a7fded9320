create table app.t (id int primary key, a int);
insert into app.t values (1, 1);
revoke all on app.t from owner;
grant select, insert, update, delete, truncate, references, trigger on app.t to owner;
grant select (a), update (a) on app.t to reader;
revoke select (a), update (a) on app.t from reader;
