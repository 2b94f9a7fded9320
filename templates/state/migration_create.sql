-- Begins a migration in the state. Lock: ROW EXCLUSIVE on our state.
INSERT INTO :state.migration (id, schema_name, table_name, phase, spec, spec_hash, parameters, origin)
VALUES (:migration, :'schema', :'table', 'capture', :'spec', :'spec_hash', :'parameters', :'origin');
