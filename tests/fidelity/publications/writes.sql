insert into app.t (id, a) values (9999, 1);
