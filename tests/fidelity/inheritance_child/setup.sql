create table app."Parent" (a int, note text not null default 'x', constraint positive check (a > 0));
create table app.t (id int primary key) inherits (app."Parent");
alter table app."Parent" add late text default 'late', add constraint short check (length(note) < 10);
insert into app."Parent" (a) select i from generate_series(1, 20) i;
insert into app.t (id, a) select i, i from generate_series(1, 100) i;
create view app.v as select * from app."Parent";
grant select on app.t to reader;
