-- Which server session this is, and how many seconds ago it began. Nothing is altered, and no name is looked
-- up by a search_path that is not known yet. Lock: none.
SELECT pg_catalog.pg_backend_pid() AS pid,
       pg_catalog.floor(pg_catalog.date_part('epoch', pg_catalog.clock_timestamp()
                                                      OPERATOR(pg_catalog.-) backend_start))::pg_catalog.int8 AS age
  FROM pg_catalog.pg_stat_get_activity(pg_catalog.pg_backend_pid());
