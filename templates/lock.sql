-- One of the locks of the swap; straight to it, not by way of one that stops writers only.
-- Lock: ACCESS EXCLUSIVE on what the statement names.
SET LOCAL lock_timeout = :'lock_timeout';
:statement;
