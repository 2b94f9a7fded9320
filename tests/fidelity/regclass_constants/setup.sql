create table app.t (id int primary key, a int, origin regclass default 'app.t'::regclass);
insert into app.t (id, a, origin) select i, i, null from generate_series(1, 30) i;
create view app.v as select id, 'app.t'::regclass::text as name, 'app.t'::regclass = tableoid as same from app.t;
create view app.only_constant as select 'app.t'::regclass::text as name;
create function app.f(x regclass default 'app.t'::regclass) returns text language sql as 'select $1::text';
