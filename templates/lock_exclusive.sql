-- The lock of the swap; straight to it, not by way of one that stops writers only. Lock: ACCESS
-- EXCLUSIVE on the table.
SET LOCAL lock_timeout = :'lock_timeout';
LOCK TABLE ONLY :table IN ACCESS EXCLUSIVE MODE;
