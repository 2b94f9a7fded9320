create table app.t (id int primary key, a int);
insert into app.t select i, i from generate_series(1, 50) i;
create index good on app.t (a);
create index broken on app.t (a desc);
reset role;
update pg_index set indisvalid = false where indexrelid = 'app.broken'::regclass;
