create collation app."No Case" (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
create collation app.german (provider = icu, locale = 'de-u-co-phonebk');
create domain app.label as text collate app.german;
create table app.t (code text collate app."No Case" primary key, b text collate app.german, c app.label, d text collate "C" unique, n int,
    check (code collate "C" <> 'x'));
insert into app.t select 'Code ' || i, 'b' || i, 'ä', 'd' || i, i from generate_series(1, 60) i;
create index on app.t (b, c collate "C");
create statistics app.st on b, c from app.t;
create table app.c (code text collate app."No Case" references app.t on update cascade);
insert into app.c values ('CODE 5');
