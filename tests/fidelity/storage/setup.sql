select case when 'lz4' = any (enumvals) then 'lz4' else 'pglz' end as lz4 from pg_settings where name = 'default_toast_compression' \gset
create table app.t (
    id int primary key,
    a text compression :lz4, b text compression pglz, c text, d bytea, e numeric, f jsonb compression :lz4, g int[],
    h text);
alter table app.t alter a set storage external, alter b set storage main, alter c set storage plain,
    alter d set storage external, alter e set storage plain, alter g set storage external;
alter table app.t alter a set statistics 0, alter b set statistics 10000, alter c set statistics 17,
    alter c set (n_distinct = -0.5, n_distinct_inherited = 12), alter d set (n_distinct = 1000);
insert into app.t select i, repeat(md5(i::text), 300), repeat('b', 9000), 'c', decode(repeat('00', 4000), 'hex'), i,
    to_jsonb(repeat('j', 5000)), array[i, i], null from generate_series(1, 40) i;
