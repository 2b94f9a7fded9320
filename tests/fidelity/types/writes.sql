update app.t set m = 'sad' where d < 30;
