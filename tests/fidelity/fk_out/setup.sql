create table app.region (id int primary key, code text not null unique);
create table app."Wähl" ("a b" int, "C""d" text, primary key ("a b", "C""d"));
create table app.part (id int, k int, primary key (id, k)) partition by list (k);
create table app.part1 partition of app.part for values in (1);
create table app.part2 partition of app.part for values in (2);
insert into app.region select i, 'r' || i from generate_series(1, 10) i;
insert into app."Wähl" select i, 'x' from generate_series(1, 10) i;
insert into app.part select i, 1 + i % 2 from generate_series(1, 10) i;
create table app.t (
    id int primary key,
    r1 int constraint plain references app.region,
    r2 int default 5 references app.region on delete set default on update cascade deferrable,
    r3 text constraint "by Code" references app.region (code) on delete restrict on update set null deferrable initially deferred,
    w1 int, w2 text default 'x', p1 int, p2 int,
    constraint "match ""full""" foreign key (w1, w2) references app."Wähl" match full on delete cascade,
    constraint to_partitioned foreign key (p1, p2) references app.part on delete cascade);
\if :confdelsetcols
alter table app.t add constraint set_some foreign key (w1, w2) references app."Wähl" on delete set null (w1);
\endif
create index on app.t (r1);
insert into app.t select i, 1 + i % 10, 1 + i % 10, 'r' || 1 + i % 10, 1 + i % 10, 'x', 2, 1 from generate_series(1, 100) i;
insert into app.t (id, r1, w2) values (1000, null, null);
alter table app.t add constraint not_yet foreign key (r2) references app.region not valid;
comment on constraint "match ""full""" on app.t is 'both or none';
comment on constraint not_yet on app.t is 'not validated';
