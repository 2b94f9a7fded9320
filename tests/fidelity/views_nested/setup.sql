create table app.t (id int primary key, a int, b text);
insert into app.t select i, i % 7, 'b' || i from generate_series(1, 70) i;
grant usage, create on schema app to helper;
grant select on app.t to helper with grant option;
create schema reports authorization owner;
create view app.v1 with (security_barrier) as select id, a, b from app.t where a > 0;
create view app.v2 (x, y) as select id, b from app.v1 where id > 10 with cascaded check option;
-- (of the same release)
\if :indnullsnotdistinct
alter view app.v2 set (security_invoker = true);
\endif
create view reports.v3 with (check_option = local, security_barrier = false) as select x, y, upper(y) as loud from app.v2 where x < 60;
create view reports."V 4" as select v3.*, t.a from reports.v3 join app.t on t.id = v3.x;
create view app.v5 as select count(*) from reports."V 4" natural join app.v1;
alter view app.v1 alter column a set default 42;
alter view app.v2 alter column y set default 'y';
grant select, insert, update on app.v1 to helper;
grant select on app.v1 to helper with grant option;
set role helper;
create view app.helpers as select id from app.t union select id from app.v1;
grant select on app.helpers to reader, owner;
grant select on app.v1 to stranger;
set role owner;
create view app.on_helpers as select * from app.helpers;
comment on view app.v1 is 'first';
comment on column app.v1.id is 'number';
comment on view reports."V 4" is 'fourth; $1 :x ''';
comment on column app.on_helpers.id is 'deep';
grant all on reports."V 4" to "Odd Role ☃";
grant update (y) on app.v2 to writer;
