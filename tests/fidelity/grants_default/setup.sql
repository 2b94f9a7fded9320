create table app.before_defaults (id int);
create table app.t (id serial primary key, a int);
insert into app.t (a) select i from generate_series(1, 20) i;
grant select on app.t to writer;
alter default privileges in schema app grant select, insert on tables to reader;
alter default privileges in schema app grant usage on sequences to reader;
alter default privileges in schema app revoke execute on functions from public;
alter default privileges grant all on tables to auditor with grant option;
alter default privileges grant usage on types to auditor;
