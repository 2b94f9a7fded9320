create table app.t (id int primary key, a text);
insert into app.t select i, 'a' from generate_series(1, 50) i;
create table app.orphans (t_id int);
insert into app.orphans select i from generate_series(1, 100) i;
alter table app.orphans add constraint orphans_fk foreign key (t_id) references app.t on delete cascade not valid;
comment on constraint orphans_fk on app.orphans is 'NOT VALID it stays';
