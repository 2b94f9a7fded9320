-- Remembers what is to be done after the commit of the swap. Lock: ROW EXCLUSIVE on our state.
-- Parameters: the owner's.
INSERT INTO :state.object (migration, pair, ordinal, kind, name, statement)
SELECT :migration, :pair, coalesce(pg_catalog.max(ordinal), 0) OPERATOR(pg_catalog.+) 1,
       pg_catalog.concat(:'stage', ' ', :'standby_colour'), 'after the swap', :'statement'
  FROM :state.object WHERE migration OPERATOR(pg_catalog.=) :migration AND pair OPERATOR(pg_catalog.=) :pair;
