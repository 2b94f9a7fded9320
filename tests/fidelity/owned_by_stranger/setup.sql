create table app.t (id int primary key, a int);
reset role;
alter table app.t owner to stranger;
