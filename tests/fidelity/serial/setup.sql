create table app.t (id serial primary key, note text);
insert into app.t (note) select 'n' || i from generate_series(1, 40) i;
select setval('app.t_id_seq', 123, false);
alter sequence app.t_id_seq increment 2 cache 3 maxvalue 1000000 cycle;
grant usage on sequence app.t_id_seq to reader;
comment on sequence app.t_id_seq is 'next number';
