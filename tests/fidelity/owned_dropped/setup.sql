create table app.t (id int primary key, note text, gone text, going serial);
create sequence app.on_gone owned by app.t.gone;
create sequence app.on_note owned by app.t.note;
insert into app.t (id, note, gone) select i, 'n' || i, 'g' || i from generate_series(1, 40) i;
select setval('app.on_gone', 9), setval('app.on_note', 10);
