-- Remembers what is to be done after the commit of the swap. Lock: ROW EXCLUSIVE on our state.
-- Parameters: the owner's.
INSERT INTO pgswap.object (migration, pair, ordinal, kind, name, statement)
SELECT :migration, :pair, coalesce(pg_catalog.max(ordinal), 0) OPERATOR(pg_catalog.+) 1,
       pg_catalog.concat(:'stage', ' ', :'colour'), 'after the swap', :'statement'
  FROM pgswap.object WHERE migration OPERATOR(pg_catalog.=) :migration AND pair OPERATOR(pg_catalog.=) :pair;
