create table app.t (id int primary key, a int, b text);
insert into app.t select i, i % 7, 'b' || i from generate_series(1, 30) i;
create function app.one(int) returns app.t language sql stable as $$ select * from app.t where id = $1 $$;
create function app.all_() returns setof app.t language sql stable rows 7 as $$ select * from app.t $$;
create function app.out_(out x app.t, inout y int) language plpgsql as $$ begin select * into x from app.t limit 1; end $$;
grant execute on function app.all_ to reader;
