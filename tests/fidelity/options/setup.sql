create table app.t (id int primary key, a text)
    with (fillfactor = 71, autovacuum_enabled = false, autovacuum_vacuum_scale_factor = 0.01, autovacuum_freeze_min_age = 0,
          toast_tuple_target = 1024, parallel_workers = 3, log_autovacuum_min_duration = 0,
          vacuum_index_cleanup = off, vacuum_truncate = false,
          toast.autovacuum_enabled = false, toast.autovacuum_vacuum_threshold = 7, toast.vacuum_truncate = true);
insert into app.t select i, repeat('a', 5000) from generate_series(1, 50) i;
