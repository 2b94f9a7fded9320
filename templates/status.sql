-- How migrations stand; from any machine, whatever locks the tables. Lock: ACCESS SHARE on our state and,
-- where nobody holds a lock against it, on the new table.
SELECT m.id AS migration, quote_ident(m.schema_name) || '.' || quote_ident(m.table_name) AS table,
       m.phase, m.live, m.waiting_for, m.backlog, m.error, m.paused, m.paused_by, m.paused_from,
       to_char(m.paused_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS paused_at, m.hold, m.no_way_back, m.revert_problem,
       to_char(m.revert_problem_since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS revert_problem_since,
       to_char(m.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS started_at,
       to_char(m.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS updated_at,
       (SELECT string_agg(k->>'live', ', ') FROM jsonb_array_elements(p.mapping->'key') AS k) AS key,
       p.rows_estimated,
       coalesce(m.rows_copied, c.rows, 0) AS rows_copied, coalesce(c.chunks, 0) AS chunks_done,
       CASE WHEN coalesce(c.blocks, 0) = 0 THEN coalesce(c.chunks, 0)
            ELSE ceil(c.chunks::numeric * greatest(p.blocks, c.blocks) / c.blocks)::bigint END AS chunks_total,
       coalesce(c.blocks, 0) AS blocks_done, coalesce(p.blocks, 0) AS blocks_total,
       y.state AS parity_state, y.rows_compared, y.rows_different,
       to_char(y.finished_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS parity_finished_at,
       p.keys_proven, to_char(p.proven_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS proven_at,
       (m.swap->>'attempts')::bigint AS swap_attempts, m.swap->>'lock_held_ms' AS lock_held_ms,
       m.swap->>'longest_wait_ms' AS longest_wait_ms, (m.swap->>'waiters')::bigint AS waiters,
       m.swap->>'waiters_longest_ms' AS waiters_longest_ms, (m.swap->>'rows_drained')::bigint AS rows_drained,
       (SELECT json_agg(json_build_object('at', to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))::jsonb || e.detail
                        ORDER BY e.at DESC)
          FROM (SELECT * FROM pgswap.event WHERE migration = m.id AND kind = 'swap attempt' ORDER BY at DESC LIMIT 20) AS e) AS attempt_log,
       to_char((m.swap->>'swapped_at')::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS swapped_at,
       -- its size would wait for the lock of a swap
       CASE WHEN NOT EXISTS (SELECT FROM pg_locks WHERE relation = p.green AND mode = 'AccessExclusiveLock')
            THEN pg_size_pretty(pg_table_size(p.green) + pg_indexes_size(p.green)) END AS green_size
  FROM pgswap.migration m
  JOIN pgswap.pair p ON p.migration = m.id AND p.pair = 1
  LEFT JOIN LATERAL (SELECT sum(rows) AS rows, count(*) AS chunks, sum(end_block - first_block) AS blocks
                       FROM pgswap.chunk WHERE migration = m.id AND pair = 1) AS c ON true
  LEFT JOIN pgswap.parity y ON y.migration = m.id AND y.pair = 1
 WHERE :migration IS NULL OR m.id = :migration
 ORDER BY m.id DESC
 LIMIT 100;
