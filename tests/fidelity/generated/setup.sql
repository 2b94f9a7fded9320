create function app.norm(text) returns text language sql immutable parallel safe as $$ select lower(trim($1)) $$;
create table app.t (
    id int primary key,
    first text, last text,
    full_name text generated always as (first || ' ' || last) stored,
    "Normal" text collate "C" generated always as (app.norm(first)) stored,
    amount numeric(12, 2), tax numeric generated always as (round(amount * 0.19, 2)) stored not null,
    doc jsonb, words tsvector generated always as (to_tsvector('simple'::regconfig, coalesce(last, ''))) stored,
    who text default 'x',
    check (tax >= 0));
create index on app.t using gin (words);
create index on app.t ("Normal" text_pattern_ops);
comment on column app.t.tax is 'computed';
insert into app.t (id, first, last, amount, doc) select i, ' F' || i, 'L' || i, i * 1.1, jsonb_build_object('i', i) from generate_series(1, 60) i;
