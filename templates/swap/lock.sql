-- One of the locks of the swap; straight to it, not by way of one that stops writers only. It waits for at most
-- lock_timeout ms, and all locks of one message together for budget ms.
-- Lock: ACCESS EXCLUSIVE on what the statement names.
SELECT set_config('lock_timeout',
                  greatest(1, least(:lock_timeout, :budget - extract(epoch FROM clock_timestamp() - statement_timestamp()) * 1000))::bigint::text,
                  true);
:statement;
