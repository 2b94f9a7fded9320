create table app.t (id int primary key, a text);
insert into app.t select i, 'a' from generate_series(1, 50) i;
select format('create table app.child_%s (id int primary key, t_id int references app.t on delete cascade); insert into app.child_%s values (1, %s)', i, i, i)
  from generate_series(1, 40) i \gexec
