reset role;
create extension btree_gist schema public;
set role owner;
create table app.t (
    id int,
    u1 int constraint u1 unique deferrable,
    u2 int constraint u2 unique deferrable initially deferred,
    u3 int unique, u4 int unique,
    r tsrange, room int,
    constraint pk primary key (id) include (u4),
    constraint u_both unique (u3, u4) include (r) with (fillfactor = 55),
    constraint ex exclude using gist (room with =, r with &&) where (room > 5) deferrable initially deferred,
    constraint ex2 exclude using hash (u3 with =) );
\if :indnullsnotdistinct
alter table app.t add constraint u_nulls unique nulls not distinct (u1, u4);
\endif
create unique index made_before on app.t (u3, id desc);
insert into app.t select i, i, i, i, i, tsrange('2020-01-01'::timestamp + i * interval '1 h', '2020-01-01'::timestamp + (i + 1) * interval '1 h'), i % 9
  from generate_series(1, 60) i;
create unique index joined on app.t (id, u1);
alter table app.t add constraint from_index unique using index joined deferrable;
