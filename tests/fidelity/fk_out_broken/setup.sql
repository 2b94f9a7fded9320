create table app.region (id int primary key);
insert into app.region values (1);
create table app.t (id int primary key, r int);
insert into app.t select i, i from generate_series(1, 30) i;
alter table app.t add constraint orphans foreign key (r) references app.region on delete cascade not valid;
