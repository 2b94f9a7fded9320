create table app.t (x int, id int, y text, a int not null, z int, b text, r int4range);
alter table app.t drop x, drop z;
alter table app.t add primary key (id);
insert into app.t select i, 'y' || i, i, 'b' || i, int4range(i, i + 1) from generate_series(1, 60) i;
alter table app.t drop y;
alter table app.t add c int not null default 5;
create unique index on app.t (c, a, id);
alter table app.t replica identity using index t_c_a_id_idx;
create statistics app.st on c, b, a from app.t;
create view app.v (one, two) as select c, b from app.t where a > 3;
create table app.rlog (c int);
create rule r as on update to app.t where new.c < old.a do also insert into app.rlog values (new.c);
create function app.f() returns trigger language plpgsql as 'begin return new; end';
create trigger tr before update of c, a on app.t for each row when (new.c > old.a) execute function app.f();
create policy p on app.t using (c > a);
create table app.child (t_id int, t_c int, t_a int);
\if :confdelsetcols
alter table app.child add foreign key (t_c, t_a, t_id) references app.t (c, a, id) on delete set null (t_a);
\endif
grant select (c), update (a) on app.t to reader;
comment on column app.t.c is 'after dropped ones';
reset role;
\if :prqual
create publication pub for table app.t (c, a, id) where (c > 1 and id > 0);
alter publication pub owner to owner;
\endif
