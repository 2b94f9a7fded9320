-- Begins the transaction in which a query of the user's is asked: it can change nothing, and not take long.
-- Lock: none.
BEGIN READ ONLY;
SET LOCAL statement_timeout = :'timeout';
SET LOCAL lock_timeout = :'timeout';
