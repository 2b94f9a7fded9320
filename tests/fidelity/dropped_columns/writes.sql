update app.t set b = b || 'x';
