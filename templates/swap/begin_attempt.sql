-- Opens a transaction whose statements each see the newest data. If we fall silent in it, with a lock (a
-- cut line), the server lets go by itself. Others wait until the commit is through, so that does not wait for
-- the disk or a standby server: in the log it comes before all that follows, and what we write next is flushed
-- with it. Lock: none.
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL synchronous_commit = off;
SET LOCAL idle_in_transaction_session_timeout = :'idle_timeout';
