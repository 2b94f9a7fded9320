-- Remembers what is to be done after the commit of the swap. Lock: ROW EXCLUSIVE on our state.
INSERT INTO pgswap.object (migration, pair, ordinal, kind, name, statement)
SELECT :migration, :pair, coalesce(max(ordinal), 0) + 1, :'stage' || ' ' || :'colour', 'after the swap', :'statement'
  FROM pgswap.object WHERE migration = :migration AND pair = :pair;
