-- Opens a transaction that applies keys while the application writes both tables: each statement sees the newest
-- rows, and it is always we who give way, long before a session that waits for us would look for a deadlock. If we
-- fall silent in it, with rows locked, the server lets go by itself. Lock: ROW SHARE on live, ROW EXCLUSIVE on
-- standby and our own tables.
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL synchronous_commit = off;
SET LOCAL idle_in_transaction_session_timeout = '1s';
SELECT set_config('lock_timeout', least(200, greatest(setting::bigint / 5, 1))::text, true) FROM pg_settings WHERE name = 'deadlock_timeout';
LOCK TABLE :live_rows IN ROW SHARE MODE;
LOCK TABLE :standby_rows, :log, ONLY :dirty, ONLY :applied, :written, ONLY :held IN ROW EXCLUSIVE MODE;
SELECT :state.require_table(:'live', :live_oid), :state.require_table(:'standby', :standby_oid);
