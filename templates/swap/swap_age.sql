-- Milliseconds since the swap, and the size of the table that finish drops. Lock: ACCESS SHARE on our state.
SELECT (extract(epoch FROM clock_timestamp() - (swap->>'swapped_at')::timestamptz) * 1000)::bigint AS age,
       pg_total_relation_size(:standby_oid) AS bytes
  FROM :state.migration WHERE id = :migration;
