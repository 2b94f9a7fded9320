create table app.t (id int primary key, a int);
create table app.o (id int, gone int);
create rule r as on insert to app.o do instead insert into app.t (id, a) values (new.id, new.id) returning id, a;
alter table app.o drop gone;
alter table app.o add more int;
