create type app.ty as (id int, a int);
create table app.t of app.ty (primary key (id));
