-- What an operator has said about a migration. Lock: ACCESS SHARE on our state.
SELECT paused, hold FROM pgswap.migration WHERE id = :migration;
