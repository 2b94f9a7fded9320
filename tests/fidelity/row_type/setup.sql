create table app.t (id int primary key, a int);
insert into app.t values (1, 1);
revoke usage on type app.t from public;
grant usage on type app.t to reader;
comment on type app.t is 'the row type';
