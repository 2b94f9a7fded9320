create table app.root (id int, k int, primary key (id, k)) partition by range (k);
create table app.mid partition of app.root for values from (0) to (100) partition by range (k);
create table app.t partition of app.mid for values from (0) to (50);
create table app.u partition of app.mid for values from (50) to (100);
create index root_k on app.root (k);
insert into app.root select i, i from generate_series(1, 90) i;
