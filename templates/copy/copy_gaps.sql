-- Block ranges of each heap that no finished chunk covers, with what is copied so far. Lock: ACCESS SHARE on
-- our state.
WITH edge AS (
    SELECT heap, first_block, end_block FROM :state.chunk WHERE migration = :migration AND pair = :pair
    UNION ALL
    SELECT heap, blocks, blocks FROM :state.heap WHERE migration = :migration AND pair = :pair),
gap AS (
    SELECT heap, coalesce(max(end_block) OVER (PARTITION BY heap ORDER BY first_block, end_block
                                               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS first_block,
           first_block AS end_block
      FROM edge)
SELECT gap.heap, gap.first_block, gap.end_block, done.rows, done.blocks
  FROM (SELECT coalesce(sum(rows), 0) AS rows, coalesce(sum(end_block - first_block), 0) AS blocks
          FROM :state.chunk WHERE migration = :migration AND pair = :pair) AS done
  LEFT JOIN gap ON gap.end_block > gap.first_block
 ORDER BY gap.heap, gap.first_block;
