create table app.t (id int primary key, a int, b text);
insert into app.t select i, i % 7, 'b' || i from generate_series(1, 30) i;
create function app.counts(low int default 3) returns bigint language sql stable parallel safe begin atomic select count(*) from app.t where t.a > low; end;
create procedure app.fill(n int) language sql begin atomic insert into app.t (id, a) values (n, n); update app.t set b = 'x' where id = n; end;
grant execute on function app.counts to reader with grant option;
revoke execute on function app.counts from public;
comment on function app.counts is 'counts';
create view app.v as select app.counts() as n;
