reset role;
create extension pg_trgm schema public;
set role owner;
create function app.low(text) returns text language sql immutable as 'select lower($1)';
create table app.t (
    id int primary key with (fillfactor = 66),
    a int, b text, "C d" text collate "C", e jsonb, f int4range, g point, h int[], i inet, ts tsvector, at timestamptz);
insert into app.t select n, n % 17, 'text ' || n, 'C' || n, jsonb_build_object('k', n), int4range(n, n + 5), point(n, n), array[n, n + 1],
    ('10.0.0.' || n % 250)::inet, to_tsvector('simple', 'w' || n), '2020-01-01'::timestamptz + n * interval '1 h' from generate_series(1, 300) n;
create index part on app.t (a) where a > 3 and b is not null;
create index expr on app.t (app.low(b), (a + 1) desc nulls last, b);
create index "Incl ""uded""" on app.t (a) include (b, "C d") with (fillfactor = 50, deduplicate_items = off);
create index on app.t (a desc, b asc nulls first, at desc nulls last);
create index on app.t (a desc, b asc nulls first, at desc nulls last);
create index coll on app.t (b collate "C" text_pattern_ops, "C d" collate "POSIX");
create index on app.t using hash (b) with (fillfactor = 60);
create index gin1 on app.t using gin (e jsonb_path_ops, h) with (fastupdate = off, gin_pending_list_limit = 128);
create index trgm on app.t using gist (b public.gist_trgm_ops (siglen = 32), f);
create index trgm2 on app.t using gin (b public.gin_trgm_ops);
create index spgist1 on app.t using spgist (g quad_point_ops);
create index brin1 on app.t using brin (at timestamptz_minmax_multi_ops (values_per_range = 16), id int4_bloom_ops (n_distinct_per_range = 100)) with (pages_per_range = 7, autosummarize = on);
create index inet1 on app.t using gist (i inet_ops);
\if :indnullsnotdistinct
create unique index u1 on app.t (b, "C d") nulls not distinct;
\else
create unique index u1 on app.t (b, "C d");
\endif
create unique index u2 on app.t (coalesce(a, 0), id) where a is not null;
create index "index_with_a_name_of_exactly_sixty_three_bytes_abcdefghijklmnop" on app.t (at);
create index "Ünïcode ☃ Index" on app.t (extract(epoch from at at time zone 'UTC'));
alter index app.expr alter column 1 set statistics 500;
alter index app.expr alter column 2 set statistics 0;
alter index app."Ünïcode ☃ Index" alter column 1 set statistics 77;
alter table app.t cluster on "Incl ""uded""";
comment on index app.u1 is 'no two alike';
