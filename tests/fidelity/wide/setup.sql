select 'create table app.t (id int primary key, ' || string_agg(format('c%s %s', i, (array['int', 'text', 'numeric', 'timestamptz', 'jsonb'])[1 + i % 5]), ', ') || ')' from generate_series(1, 600) i \gexec
insert into app.t (id, c1, c600) select i, 'x', i from generate_series(1, 30) i;
