create table app.t (id int primary key, a int, b text);
insert into app.t select i, i % 7, 'b' || i from generate_series(1, 70) i;
create view app.v as select id, a from app.t where a <> 3;
create view app.w as select a, count(*) as n from app.v group by a;
create materialized view app.m as select * from app.w;
create unique index m_a on app.m (a);
create statistics app.m_stat on a, n from app.m;
create table app.o (id int, a int);
insert into app.o select i, i from generate_series(1, 20) i;
create policy seen on app.o using (exists (select from app.v where v.id = o.id)) with check (exists (select from app.m where m.a = o.a));
alter table app.o enable row level security;
create rule "Spread" as on insert to app.o do also update app.v set a = new.a where v.id = new.id;
comment on policy seen on app.o is 'reads a view';
comment on rule "Spread" on app.o is 'writes a view';
comment on view app.w is 'over it';
\if :prqual
create function app.f() returns bigint language sql begin atomic select count(*) from app.w; end;
comment on function app.f is 'atomic';
grant execute on function app.f to reader;
\endif
