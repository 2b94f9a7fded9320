update app.t set c = null where id <= 40;
delete from app.t where id = 3;
