-- Marks this server session by a cursor that lives as long as its settings do (DISCARD ALL closes it, too);
-- fails if it is another session than the one asked for, or has the mark already. Lock: none.
SELECT 1 OPERATOR(pg_catalog./) (pg_catalog.pg_backend_pid() OPERATOR(pg_catalog.=) :pid)::pg_catalog.int4;
DECLARE :"mark" CURSOR WITH HOLD FOR SELECT 1;
