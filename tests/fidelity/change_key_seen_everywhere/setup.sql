create table app.t (id int primary key, a int);
insert into app.t select i, i from generate_series(1, 50) i;
create function app.f() returns trigger language plpgsql as 'begin return new; end';
create trigger tr before update of id on app.t for each row when (new.id > 5 and old.id < 9) execute function app.f();
create policy p on app.t using (id > 0) with check (id < 1000000);
create rule r as on delete to app.t where old.id = -1 do instead nothing;
create view app.v as select id, a from app.t where id > 2;
create view app.w as select v.id, count(*) as n from app.v group by v.id;
create materialized view app.m as select id from app.w;
create unique index m_id on app.m (id);
create statistics app.st on id, a from app.t;
create index part on app.t (a) where id > 7;
create table app.c (t_id int references app.t);
create table app.other (x int);
create policy o on app.other using (x in (select id from app.t));
create rule ro as on insert to app.other do also delete from app.t where id = new.x;
grant select (id), update (id) on app.t to reader;
grant select (id) on app.w to reader;
comment on column app.w.id is 'the key, counted';
reset role;
\if :prqual
create publication pub for table app.t where (id > 3);
alter publication pub owner to owner;
\endif
