-- Opens a transaction that replaces capture functions. Nobody else does until it ends; if we fall silent in it, the
-- server lets go by itself. Lock: ROW SHARE on our state.
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL idle_in_transaction_session_timeout = '1s';
SELECT FROM :state.migration WHERE id = :migration FOR NO KEY UPDATE;
