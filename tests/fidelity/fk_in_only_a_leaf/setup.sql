create table app.t (id int primary key, u text);
insert into app.t select i, 'u' || i from generate_series(1, 50) i;
create table app.big (k int, t_id int) partition by range (k);
create table app.big1 partition of app.big for values from (0) to (100);
create table app.big2 partition of app.big for values from (100) to (200);
alter table app.big1 add constraint leaf_fk foreign key (t_id) references app.t;
insert into app.big select i, 1 + i % 50 from generate_series(1, 150) i;
