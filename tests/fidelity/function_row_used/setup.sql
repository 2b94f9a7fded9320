create table app.t (id int primary key, a int, b text);
create table app.o (id int);
create function app.all_() returns setof app.t language sql stable as $$ select * from app.t $$;
create policy q on app.o using (exists (select from app.all_() x where x.id = o.id));
