create table app.t (id int primary key, a int, b text);
create table app.log (at int, what text);
insert into app.t select i, i % 7, 'b' || i from generate_series(1, 70) i;
create view app.v as select id, a, b from app.t where a <> 3;
create view app.w as select id, count(*) as n from app.v group by id;
create function app.instead() returns trigger language plpgsql as $$
    begin insert into app.log values (coalesce(new.id, old.id), tg_op || coalesce(tg_argv[0], '')); return coalesce(new, old); end $$;
create trigger "Instead of" instead of insert or update or delete on app.w for each row execute function app.instead('an ''argument''', 'two');
create trigger stmt after insert on app.v for each statement execute function app.instead();
create rule ins as on insert to app.v do instead insert into app.t (id, a, b) values (new.id, new.a, new.b) returning id, a, b;
create rule upd as on update to app.v where new.a > 100 do also insert into app.log select new.id, 'upd' from app.t where t.id = old.id;
create rule del as on delete to app.v do also (insert into app.log values (old.id, 'del'); notify deleted);
comment on rule ins on app.v is 'insert through';
comment on trigger "Instead of" on app.w is 'instead';
alter view app.v alter column b set default 'from the view';
