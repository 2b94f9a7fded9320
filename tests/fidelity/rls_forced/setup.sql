create table app.t (id int primary key, a int);
insert into app.t select i, i % 7 from generate_series(1, 70) i;
create policy only_some on app.t using (a = 3);
alter table app.t enable row level security, force row level security;
