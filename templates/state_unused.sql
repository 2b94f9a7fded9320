-- Whether no migration is left in the state. Lock: ACCESS SHARE on our state.
SELECT NOT EXISTS (SELECT FROM pgswap.migration) AS unused;
