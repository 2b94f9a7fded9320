-- Opens a transaction whose statements each see the newest data. If we fall silent in it, with a lock (a
-- cut line), the server lets go by itself. Lock: none.
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL idle_in_transaction_session_timeout = :'idle_timeout';
