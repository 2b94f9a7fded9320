create table app.t (id int primary key, a int);
create table app.ddl (tag text);
insert into app.t select i, i % 7 from generate_series(1, 30) i;
reset role;
create function app.on_ddl() returns event_trigger language plpgsql as $$ begin perform 1; end $$;
create event trigger watch on ddl_command_end execute function app.on_ddl();
