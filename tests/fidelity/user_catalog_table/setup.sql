create table app.t (id int primary key, a text) with (user_catalog_table = true);
insert into app.t values (1, 'a');
