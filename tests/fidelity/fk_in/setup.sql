create table app.t (id int primary key, u int unique, a int, b text, code text, constraint ab unique (a, b));
insert into app.t select i, i * 10, i, 'b' || i, 'c' || i from generate_series(1, 100) i;
create unique index code_ix on app.t (code) include (b);
create table app.c1 (id serial primary key, t_id int not null references app.t on delete cascade on update cascade, note text);
create table app.c2 (t_id int default 1 constraint "C2's ""key""" references app.t (id) on delete set default on update set null deferrable initially deferred);
create table app.c3 (x text, y int, constraint c3_fk foreign key (y, x) references app.t (a, b) match full on delete set null);
create table app.c4 (x text, y int);
\if :confdelsetcols
alter table app.c4 add constraint c4_fk foreign key (x, y) references app.t (b, a) on delete set null (y);
\else
alter table app.c4 add constraint c4_fk foreign key (x, y) references app.t (b, a) on delete set null;
\endif
create table app.c5 (code text constraint code_fk references app.t (code) on update restrict on delete no action deferrable);
create table app.c6 (id int primary key references app.t, t2 int references app.t, t3 int references app.t (u));
create schema "Other Schema" authorization owner;
create table "Other Schema"."T" ("T Id" bigint constraint "a_foreign_key_with_a_name_of_exactly_sixty_three_bytes_abcdefghi" references app.t);
create unlogged table app.log (t_id int);
insert into app.c1 (t_id) select 1 + i % 100 from generate_series(1, 300) i;
insert into app.c2 select i from generate_series(1, 50) i;
insert into app.c3 select 'b' || i, i from generate_series(1, 50) i;
insert into app.c4 select 'b' || i, i from generate_series(1, 50) i;
insert into app.c5 select 'c' || i from generate_series(1, 50) i;
insert into app.c6 select i, i, i * 10 from generate_series(1, 50) i;
insert into "Other Schema"."T" select i from generate_series(1, 50) i;
comment on constraint c3_fk on app.c3 is 'composite; "quoted" ''too''';
comment on constraint "C2's ""key""" on app.c2 is 'c2';
