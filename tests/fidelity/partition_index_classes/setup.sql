create table app.parent (id int primary key, s text) partition by range (id);
create table app.t partition of app.parent for values from (0) to (100);
create index t_pattern on app.t (s text_pattern_ops);
create index t_plain on app.t (s);
create index p_plain on only app.parent (s);
create index p_pattern on only app.parent (s text_pattern_ops);
alter index app.p_plain attach partition app.t_plain;
alter index app.p_pattern attach partition app.t_pattern;
insert into app.parent select i, 's' || i from generate_series(1, 60) i;
