-- What must hold for a swap: nobody asked to wait, and the last parity pass of every pair was clean and
-- is younger than the last swap.
-- Lock: ACCESS SHARE on our state.
SELECT m.paused, m.swap->>'swapped_at' IS NOT NULL AS swapped_before,
       (SELECT count(*) FROM pgswap.pair p WHERE p.migration = m.id)
       = (SELECT count(*) FROM pgswap.parity y
           WHERE y.migration = m.id AND y.state = 'clean'
             AND (m.swap->>'swapped_at' IS NULL OR y.finished_at > (m.swap->>'swapped_at')::timestamptz)) AS proved
  FROM pgswap.migration m WHERE m.id = :migration;
