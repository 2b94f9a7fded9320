create table app.t (id int primary key, a int);
create table app."Child" (b int) inherits (app.t);
