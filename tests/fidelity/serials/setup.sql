create sequence app."Another ""One""" as smallint minvalue -5 maxvalue 10000 start 7;
create sequence app.unused owned by none;
create sequence app.global increment 10;
create table app.t (
    id serial primary key,
    big bigserial,
    small smallserial not null,
    extra int default nextval('app."Another ""One"""'),
    lent int default nextval('app.global'),
    note text);
alter sequence app."Another ""One""" owned by app.t.extra;
alter sequence app.unused owned by app.t.note;
create sequence app.second_on_id owned by app.t.id;
comment on sequence app.unused is 'belongs to the table, gives no default';
insert into app.t (note) select 'n' || i from generate_series(1, 40) i;
select nextval('app.unused'), nextval('app.unused'), nextval('app.second_on_id');
grant all on sequence app.unused to reader;
