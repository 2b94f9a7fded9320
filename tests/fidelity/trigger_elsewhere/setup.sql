create table app.t (id int primary key, a int);
insert into app.t select i, i % 7 from generate_series(1, 30) i;
create table app.other (id int, who name);
create function app.f() returns trigger language plpgsql as $$ begin return new; end $$;
create constraint trigger from_t after insert on app.other from app.t deferrable for each row execute function app.f('app.t', 't');
create trigger named before insert on app.other for each row execute function app.f('app.t');
