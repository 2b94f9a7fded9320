create table app.t (id int primary key, u int unique, parent int constraint "my Parent" references app.t on delete set null on update cascade,
    twin int references app.t (u) deferrable initially deferred, a int, b int, pa int, pb int, unique (a, b),
    constraint pair foreign key (pa, pb) references app.t (a, b) match full on delete cascade);
insert into app.t select i, i, nullif(i / 2, 0), 101 - i, i, i, i, i from generate_series(1, 100) i;
alter table app.t add constraint loose foreign key (a) references app.t (u) not valid;
comment on constraint "my Parent" on app.t is 'tree';
