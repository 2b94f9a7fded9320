insert into app.t values (1001, 1);
