-- Rows of a chunk just recorded. Lock: ACCESS SHARE on our state.
SELECT rows FROM pgswap.chunk
 WHERE migration = :migration AND pair = :pair AND first_block = :first_block;
