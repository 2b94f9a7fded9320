-- Keeps a state as it is while it is looked at. Lock: ACCESS SHARE on its tables.
LOCK TABLE :state.version, :state.migration, :state.lease, :state.pair, :state.chunk, :state.object, :state.parity, :state.event
  IN ACCESS SHARE MODE;
