create table app.t (id int primary key, a int);
insert into app.t select i, i % 7 from generate_series(1, 30) i;
create function app.biggest() returns int language sql begin atomic select max(id) from app.t; end;
