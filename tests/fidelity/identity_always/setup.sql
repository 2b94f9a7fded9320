create table app.t (
    id int generated always as identity (start with 1000 increment by 7 minvalue 10 maxvalue 2000000000 cache 5 cycle) primary key,
    "Num" bigint generated always as identity (sequence name app."Number's Sequence" start 5 increment -3 minvalue -900 maxvalue 800),
    note text);
insert into app.t (note) select 'n' || i from generate_series(1, 250) i;
insert into app.t (id, "Num", note) overriding system value values (7, 7, 'by hand');
comment on sequence app.t_id_seq is 'counts by sevens';
grant usage, select on sequence app.t_id_seq to reader;
grant update on sequence app."Number's Sequence" to reader with grant option;
