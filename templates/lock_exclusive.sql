-- The lock of the swap; straight to it, not by way of one that stops writers only. If we fall silent
-- with it (a cut line), the server lets go by itself. Lock: ACCESS EXCLUSIVE on the table.
SET LOCAL idle_in_transaction_session_timeout = :'idle_timeout';
SET LOCAL lock_timeout = :'lock_timeout';
LOCK TABLE ONLY :table IN ACCESS EXCLUSIVE MODE;
