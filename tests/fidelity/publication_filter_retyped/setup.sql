create table app.t (id int primary key, name text);
insert into app.t values (1, 'a'), (2, 'b');
alter table app.t replica identity full;
\if :prqual
create publication named for table app.t where (name <> 'a');
\endif
