-- Remembers what is to be done after the commit of the swap: items, an array of stages and statements in JSON, in
-- their order. One statement for all, for it is made under the lock. Lock: ROW EXCLUSIVE on our state.
-- Parameters: the owner's.
INSERT INTO :state.object (migration, pair, ordinal, kind, name, statement)
SELECT :migration, :pair, last.ordinal OPERATOR(pg_catalog.+) item.ordinality,
       pg_catalog.concat(item.value OPERATOR(pg_catalog.->>) 'stage', ' ', :'standby_colour'), 'after the swap',
       item.value OPERATOR(pg_catalog.->>) 'statement'
  FROM pg_catalog.json_array_elements(:'items') WITH ORDINALITY AS item,
       (SELECT coalesce(pg_catalog.max(ordinal), 0) AS ordinal FROM :state.object
         WHERE migration OPERATOR(pg_catalog.=) :migration AND pair OPERATOR(pg_catalog.=) :pair) AS last;
