update app.t set note = note || '!';
