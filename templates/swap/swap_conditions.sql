-- What must hold for a swap: nobody asked to wait, and every pair is proven equal. Lock: ACCESS SHARE on our
-- state.
SELECT m.paused, m.swap->>'swapped_at' IS NOT NULL AS swapped_before,
       (SELECT bool_and(:state.is_proven(m.id, p.pair)) FROM :state.pair p WHERE p.migration = m.id) AS proven
  FROM :state.migration m WHERE m.id = :migration;
