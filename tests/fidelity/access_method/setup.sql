reset role;
create access method "Other Heap" type table handler heap_tableam_handler;
set role owner;
create table app.t (id int primary key, a text) using "Other Heap";
insert into app.t select i, repeat('a', 3000) from generate_series(1, 30) i;
