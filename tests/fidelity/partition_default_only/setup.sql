create table app.parent (id bigint, at int, v int, primary key (id, at)) partition by range (at);
create table app.t partition of app.parent default;
create index by_v on app.parent (v);
insert into app.parent select g, g * 3, g from generate_series(1, 100) g;
