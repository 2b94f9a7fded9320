-- What of one kind is still to be made on green, in order. Lock: ACCESS SHARE on our state.
SELECT ordinal, name, statement FROM pgswap.object
 WHERE migration = :migration AND pair = :pair AND kind = :'kind' AND NOT done
 ORDER BY ordinal;
