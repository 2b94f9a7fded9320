create table app.t (id int primary key, a int);
create function app.good(app.t) returns bool language sql immutable as 'select $1.a > 0';
alter table app.t add constraint good check (app.good(t));
