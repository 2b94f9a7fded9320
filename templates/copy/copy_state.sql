-- Whether the copy has begun, and how much there is to copy. Lock: ACCESS SHARE on our state.
SELECT filenode, coalesce(blocks, -1) AS blocks FROM :state.pair
 WHERE migration = :migration AND pair = :pair;
