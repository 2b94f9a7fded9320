-- Keeps a state as it is while it is looked at, to the end of the transaction. Whoever locks his own state must not keep
-- all others waiting for as long as a reader of a table may. Lock: ACCESS SHARE on its tables.
SET LOCAL lock_timeout = '5s';
LOCK TABLE :state.version, :state.migration, :state.lease, :state.pair, :state.heap, :state.chunk, :state.object, :state.parity, :state.event
  IN ACCESS SHARE MODE;
