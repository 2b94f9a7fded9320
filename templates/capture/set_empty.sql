-- Empties a set that is not in use. Keys that came to its log since it was replaced go to the log of the one that is; what
-- else is in it was taken over then. Whoever has written to it, or reads it (pg_dump), keeps it by his lock, which is not
-- waited for. Lock: ACCESS EXCLUSIVE on our own tables, for some milliseconds.
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL idle_in_transaction_session_timeout = '1s';
SELECT :state.require_lease(:migration, :epoch);
LOCK TABLE ONLY :log_old, ONLY :written_old, ONLY :dirty_old, ONLY :applied_old, ONLY :held_old IN ACCESS EXCLUSIVE MODE NOWAIT;
INSERT INTO :log_set (:keys) SELECT :keys FROM ONLY :log_old;
INSERT INTO :written_set (:keys) SELECT :keys FROM ONLY :written_old;
TRUNCATE ONLY :log_old, ONLY :written_old, ONLY :dirty_old, ONLY :applied_old, ONLY :held_old;
