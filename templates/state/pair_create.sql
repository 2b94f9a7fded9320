-- Remembers a pair: blue, green and the mapping between them. Lock: ROW EXCLUSIVE on our state.
INSERT INTO :state.pair (migration, pair, schema_name, table_name, blue, green, mapping, reverse, fingerprint,
                         expected, rows_estimated)
VALUES (:migration, :pair, :'schema', :'table', :blue, :green, :'mapping', :'reverse', :'fingerprint', :'expected',
        :rows_estimated);
