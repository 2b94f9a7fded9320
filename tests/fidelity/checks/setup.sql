create function app.is_even(int) returns bool language sql immutable as 'select $1 % 2 = 0';
create table app.t (
    id int primary key check (id > 0),
    a int constraint "A > 0" check (a > 0) no inherit,
    b int constraint "constraint_with_a_name_of_exactly_sixty_three_bytes_abcdefghijk" check (b is distinct from a),
    c text check (c ~ E'^[a-z]+\\s''"$'),
    check (a < id or c is null),
    check (a + b < 100000) no inherit);
insert into app.t select i, i, i + 1 from generate_series(1, 40) i;
insert into app.t values (1001, 1, 3, null);
alter table app.t add constraint later check (b - a = 1) not valid;
alter table app.t add constraint odd_too check (app.is_even(id * 2)) not valid no inherit;
comment on constraint later on app.t is 'not yet true';
