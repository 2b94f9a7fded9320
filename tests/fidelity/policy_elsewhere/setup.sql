create table app.t (id int primary key, a int);
insert into app.t select i, i % 7 from generate_series(1, 30) i;
create table app.other (id int, who name);
create policy "Peek" on app.other as restrictive for update to reader, writer using (exists (select from app.t where t.id = other.id)) with check (id in (select a from app.t));
create policy of_view on app.other using (true);
alter table app.other enable row level security;
comment on policy "Peek" on app.other is 'looks at t';
