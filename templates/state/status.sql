-- How migrations stand; from any machine, whatever locks the tables. Lock: ACCESS SHARE on our state and,
-- where nobody holds a lock against it, on the new table.
SELECT m.id AS migration, format('%I.%I', m.schema_name, m.table_name) AS table,
       m.origin <> :'origin' AND m.finished_at IS NULL AS restored, m.phase, m.live, m.waiting_for, m.throttled,
       (SELECT sum(value::float8) FROM jsonb_each_text(m.throttled)) AS throttled_seconds, m.backlog, m.error AS last_error, m.paused, m.paused_by, m.paused_from,
       to_char(m.paused_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS paused_at, m.hold,
       to_char(m.dual_write_since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS dual_write_since, m.no_way_back, m.revert_problem,
       (SELECT to_char(max(e.at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
          FROM :state.event e WHERE e.migration = m.id AND e.kind = 'phase') AS phase_since,
       to_char(m.finished_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS finished_at,
       CASE WHEN m.finished_at IS NOT NULL
            THEN (SELECT quote_ident(e.detail->>'by') FROM :state.event e
                   WHERE e.migration = m.id AND e.kind = 'phase' AND e.detail->>'to' = m.phase ORDER BY e.at DESC LIMIT 1) END AS finished_by,
       l.role, l.host, l.pid, to_char(l.since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS since,
       l.alive,
       r.rows_per_second, CASE WHEN l.alive AND NOT m.paused
                               THEN greatest(p.blocks - c.blocks, 0) / nullif(r.blocks_per_second, 0) END AS seconds_left,
       to_char(m.revert_problem_since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS revert_problem_since,
       to_char(m.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS started_at,
       to_char(m.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS updated_at,
       p.key, p.rows_estimated,
       coalesce(m.rows_copied, c.rows, 0) AS rows_copied, coalesce(c.chunks, 0) AS chunks_done,
       CASE WHEN coalesce(c.blocks, 0) = 0 THEN coalesce(c.chunks, 0)
            ELSE ceil(c.chunks::numeric * greatest(p.blocks, c.blocks) / c.blocks)::bigint END AS chunks_total,
       coalesce(c.blocks, 0) AS blocks_done, coalesce(p.blocks, 0) AS blocks_total,
       y.state AS parity_state, y.rows_compared, y.rows_different,
       to_char(y.finished_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS parity_finished_at,
       p.keys_proven, to_char(p.proven_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS proven_at,
       (m.swap->>'attempts')::bigint AS swap_attempts, (m.swap->>'lock_held_ms')::float8 / 1000 AS lock_held_seconds,
       (m.swap->>'longest_wait_ms')::float8 / 1000 AS longest_wait_seconds, (m.swap->>'waiters')::bigint AS waiters,
       (m.swap->>'waiters_longest_ms')::float8 / 1000 AS waiters_longest_seconds, (m.swap->>'rows_drained')::bigint AS rows_drained,
       (SELECT json_agg(json_build_object('at', to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                                          'attempt', e.detail->'attempt', 'outcome', e.detail->'outcome',
                                          'lock_wait_seconds', (e.detail->>'lock_wait_ms')::float8 / 1000,
                                          'lock_held_seconds', (e.detail->>'lock_held_ms')::float8 / 1000,
                                          'waiters', e.detail->'waiters',
                                          'waiters_longest_seconds', (e.detail->>'waiters_longest_ms')::float8 / 1000,
                                          'rows_drained', e.detail->'rows_drained')
                        ORDER BY e.at DESC)
          FROM (SELECT * FROM :state.event WHERE migration = m.id AND kind = 'swap attempt' ORDER BY at DESC LIMIT 20) AS e) AS attempt_log,
       to_char((m.swap->>'swapped_at')::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS swapped_at,
       -- its size would wait for the lock of a swap
       CASE WHEN NOT EXISTS (SELECT FROM pg_locks WHERE relation = ANY (p.greens) AND mode = 'AccessExclusiveLock')
            THEN (SELECT sum(pg_table_size(heap.oid) + pg_indexes_size(heap.oid))::bigint FROM unnest(p.greens) AS relation(oid)
:part_heaps) END AS new_table_bytes,
       s.pid AS snapshot_pid, s.role AS snapshot_role, s.application AS snapshot_application,
       to_char(s.since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS snapshot_since
  FROM :state.migration m
  -- of all its tables together
  JOIN LATERAL (SELECT count(*) AS pairs, array_agg(i.green) AS greens, sum(i.rows_estimated)::bigint AS rows_estimated,
                       (SELECT sum(h.blocks)::bigint FROM :state.heap h WHERE h.migration = m.id) AS blocks, sum(i.keys_proven)::bigint AS keys_proven, max(i.proven_at) AS proven_at,
                       string_agg((SELECT string_agg(k->>'live', ', ') FROM jsonb_array_elements(i.mapping->'key') AS k), '; ' ORDER BY i.pair) AS key
                  FROM :state.pair i WHERE i.migration = m.id) AS p ON p.pairs > 0
  LEFT JOIN LATERAL (SELECT sum(rows) AS rows, count(*) AS chunks, sum(end_block - first_block) AS blocks
                       FROM :state.chunk WHERE migration = m.id) AS c ON true
  -- of the last minute; what the oldest of its chunks took is not known
  LEFT JOIN LATERAL (SELECT sum(k.rows) FILTER (WHERE k.n > 1) / k.seconds AS rows_per_second,
                            sum(k.blocks) FILTER (WHERE k.n > 1) / k.seconds AS blocks_per_second
                       FROM (SELECT rows, end_block - first_block AS blocks, row_number() OVER (ORDER BY done_at) AS n,
                                    nullif(extract(epoch FROM now() - min(done_at) OVER ()), 0) AS seconds
                               FROM :state.chunk
                              WHERE migration = m.id AND done_at > now() - interval '1 minute') AS k
                      WHERE m.phase = 'copy'
                      GROUP BY k.seconds) AS r ON true
  -- the session holds the lock of a table
  LEFT JOIN LATERAL (SELECT e.*, EXISTS (SELECT FROM pg_locks k JOIN pg_stat_activity a ON a.pid = k.pid
                                          WHERE k.locktype = 'advisory' AND k.classid = 7473725 AND k.granted
                                            AND k.pid = e.backend AND coalesce(a.backend_start = e.backend_start, true)
                                            AND a.datname = current_database()) AS alive
                       FROM :state.lease e WHERE e.migration = m.id) AS l ON true
  -- all are equal when each has been found equal
  LEFT JOIN LATERAL (SELECT CASE WHEN bool_or(i.state <> 'clean') THEN 'different' WHEN count(*) = p.pairs THEN 'clean' END AS state,
                            sum(i.rows_compared)::bigint AS rows_compared, sum(i.rows_different)::bigint AS rows_different,
                            max(i.finished_at) AS finished_at
                       FROM :state.parity i WHERE i.migration = m.id) AS y ON true
  -- whose snapshot keeps rows that are dead, if it is old: that of the first of those that keep one
  LEFT JOIN LATERAL (SELECT a.pid, a.usename AS role, a.application_name AS application, a.xact_start AS since
                       FROM (SELECT *, greatest(age(backend_xid), age(backend_xmin)) AS transactions FROM pg_stat_activity
                              WHERE datname = current_database() AND pid <> pg_backend_pid()) AS a
                      WHERE m.finished_at IS NULL AND a.application_name NOT LIKE 'pgswap%' AND a.transactions IS NOT NULL
                        AND CASE WHEN a.xact_start IS NULL THEN a.transactions > 1000 -- it hides from this role
                                 ELSE a.xact_start < now() - interval '10 s' END
                      ORDER BY a.transactions DESC LIMIT 1) AS s ON true
 WHERE :migration IS NULL OR m.id = :migration
 ORDER BY m.id DESC
 LIMIT 100;
