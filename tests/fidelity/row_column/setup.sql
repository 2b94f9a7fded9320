create table app.t (id int primary key, a int);
create table app.other (id int, "Row" app.t);
create table app.others (rows app.t[]);
create type app.holder as (x app.t);
create domain app.checked as app.t;
