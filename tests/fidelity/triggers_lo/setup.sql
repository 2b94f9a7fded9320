create table app.t (id int primary key, doc tsvector, body text);
create table app.queue (id int);
create trigger tsv before insert or update on app.t for each row execute function tsvector_update_trigger(doc, 'pg_catalog.english', body);
create function app.queue() returns trigger language plpgsql security definer set search_path = app, pg_temp as $$ begin insert into queue values (new.id); return null; end $$;
create trigger queue after insert or update on app.t for each row execute function app.queue();
insert into app.t (id, body) select i, 'words ' || i from generate_series(1, 40) i;
