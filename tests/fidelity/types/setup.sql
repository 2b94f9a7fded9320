-- a scale may be below 0 since the release that knows this, too
\set scale 2
\if :indnullsnotdistinct
\set scale -2
\endif
create type app.mood as enum ('sad', 'ok');
create type app.pair as (a int, b text);
create domain app.positive as int check (value > 0);
create domain app.short as varchar(5) collate "C";
create type app.span as range (subtype = numeric);
create table app.t (
    id int primary key, m app.mood, ms app.mood[], p app.pair, ps app.pair[], d app.positive, s app.short, sp app.span,
    msp app.span_multirange, n numeric(7, :scale), ts timestamp(3), tz timetz(0), iv interval year to month, c char(7), vc varchar(9) [],
    b bit(3), vb varbit, x xml, o oid, rc regclass, l lseg, tsq tsquery, j json, jp jsonpath, mac macaddr8, mo money, "char" "char", na name, lsn pg_lsn, xid xid8);
insert into app.t (id, m, ms, p, ps, d, s, sp, n, ts, iv, c, vc, b, x, rc, j, "char", xid)
    select i, 'ok', '{sad,ok}', row(i, 'b')::app.pair, array[row(1, 'x')::app.pair], i, 's', app.span(i, i + 1), i * 1000, now(), '3 years', 'c', '{v}', b'101', '<a/>',
    'pg_class', '{"a":  1}', 'c', '5' from generate_series(1, 50) i;
alter domain app.positive add constraint below_forty check (value < 40) not valid;
