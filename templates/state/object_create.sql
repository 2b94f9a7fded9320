-- Remembers an index, constraint or setting of green. Lock: ROW EXCLUSIVE on our state.
INSERT INTO :state.object (migration, pair, ordinal, kind, name, statement, unique_columns,
                           unique_predicate)
VALUES (:migration, :pair, :ordinal, :'kind', :'name', :'statement', :'unique_columns',
        :'unique_predicate');
