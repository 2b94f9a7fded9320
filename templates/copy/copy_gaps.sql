-- Block ranges that no finished chunk covers, with what is copied so far. Lock: ACCESS SHARE on our
-- state.
WITH edge AS (
    SELECT first_block, end_block FROM :state.chunk WHERE migration = :migration AND pair = :pair
    UNION ALL
    SELECT blocks, blocks FROM :state.pair WHERE migration = :migration AND pair = :pair),
gap AS (
    SELECT coalesce(max(end_block) OVER (ORDER BY first_block, end_block
                                         ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS first_block,
           first_block AS end_block
      FROM edge)
SELECT gap.first_block, gap.end_block, done.rows, done.chunks, done.blocks
  FROM (SELECT coalesce(sum(rows), 0) AS rows, count(*) AS chunks,
               coalesce(sum(end_block - first_block), 0) AS blocks
          FROM :state.chunk WHERE migration = :migration AND pair = :pair) AS done
  LEFT JOIN gap ON gap.end_block > gap.first_block
 ORDER BY gap.first_block;
