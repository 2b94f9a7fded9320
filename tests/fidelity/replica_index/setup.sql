create table app.t (id int primary key, a int not null, b text not null);
insert into app.t select i, i, 'b' from generate_series(1, 50) i;
create unique index "the Identity" on app.t (a, b);
alter table app.t replica identity using index "the Identity";
alter table app.t cluster on "the Identity";
