-- One of the locks of the swap; straight to it, not by way of one that stops writers only. If we fall
-- silent with it (a cut line), the server lets go by itself. Lock: ACCESS EXCLUSIVE on what the
-- statement names.
SET LOCAL idle_in_transaction_session_timeout = :'idle_timeout';
SET LOCAL lock_timeout = :'lock_timeout';
:statement;
