create table app.t (id int primary key, a int, b text);
insert into app.t select i, i % 7, 'b' || i from generate_series(1, 30) i;
create function app.row_var(int) returns text language plpgsql stable security definer set search_path = app cost 7 as $$
    declare r app.t%rowtype; s t; x app.t.a%type; begin select * into r from app.t where id = $1; return r.b; end $$;
create procedure app.proc() language plpgsql as $$ declare r app.t; begin select * into r from app.t limit 1; end $$;
create function app."Quoted Fn"("Arg" int, variadic text[]) returns setof record language plpgsql as $$ declare r "app"."t"; begin return query select id, a from app.t; end $$;
create function app.cursor_() returns refcursor language plpgsql as $$ declare c cursor for select * from app.t; begin open c; return c; end $$;
grant execute on function app.row_var to reader;
revoke execute on procedure app.proc from public;
