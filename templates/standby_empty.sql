-- Empties standby, because live was truncated. Lock: ACCESS EXCLUSIVE on standby.
TRUNCATE ONLY :standby;
