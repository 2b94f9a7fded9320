create table app.t (id int primary key, name text);
insert into app.t values (1, 'a'), (2, 'b');
create materialized view app.m as select id, name from app.t;
create index m_low on app.m (lower(name)) where name <> 'x';
create statistics app.m_words on lower(name), id from app.m;
create view app.over as select * from app.m;
alter view app.over alter name set default upper('n');
