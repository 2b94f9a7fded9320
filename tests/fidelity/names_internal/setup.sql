create table app.t ("key" int, n int, "old" text, "new" text, "row" int, "source" int, target int, "rows" int, "live" int, "green" int,
    "blue" int, excluded int, b int, g int, l int, t text, "values" int, statement text, ":live" int, "{{live}}" int, "ctid " int,
    constraint "pgswap_key" primary key ("key", ":live"));
insert into app.t ("key", n, t, ":live") select i, i, 't', i from generate_series(1, 30) i;
create index pgswap_bound on app.t (n);
create view app.v as select t.t, t."old", t.excluded from app.t;
