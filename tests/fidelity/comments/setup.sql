create table app.t (
    id serial primary key,
    "Größe" int not null constraint "check it" check ("Größe" > 0),
    a int constraint a_key unique,
    r int4range, constraint r_excl exclude using gist (r with &&),
    parent int constraint parent_fk references app.t);
insert into app.t ("Größe", a, r) select i, i, int4range(i, i + 1) from generate_series(1, 30) i;
create index "an Index" on app.t (a, "Größe");
create statistics app.st on a, "Größe" from app.t;
create function app.f() returns trigger language plpgsql as 'begin return new; end';
create trigger tr before insert on app.t for each row execute function app.f();
create rule ru as on delete to app.t where old.a = -1 do instead nothing;
create policy po on app.t using (true);
create view app.v as select id, a from app.t;
comment on table app.t is E'It''s the "table"\nof two lines \\ and $$dollars$$ ☃';
comment on column app.t.id is '';
comment on column app.t."Größe" is 'how big';
comment on column app.t.a is '%s :a $1 :''x''';
comment on constraint t_pkey on app.t is 'primary';
comment on constraint "check it" on app.t is 'checked';
comment on constraint a_key on app.t is 'unique';
comment on constraint r_excl on app.t is 'exclusive';
comment on constraint parent_fk on app.t is 'self';
comment on index app.t_pkey is 'index of the primary key';
comment on index app.a_key is 'index of the unique key';
comment on index app."an Index" is 'some index';
comment on statistics app.st is 'statistics';
comment on trigger tr on app.t is 'trigger';
comment on rule ru on app.t is 'rule';
comment on policy po on app.t is 'policy';
comment on sequence app.t_id_seq is 'sequence';
comment on view app.v is 'view';
comment on column app.v.a is 'column of the view';
