create table app.parent (a int);
create table app.t (id int primary key) inherits (app.parent);
alter table app.parent add constraint positive check (a > 0) not valid;
