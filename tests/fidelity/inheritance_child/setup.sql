create table app."Parent" (a int);
create table app.t (id int primary key) inherits (app."Parent");
