-- What an operator has said about a migration; pause: since when, by whom and from where (NULL: it is not
-- paused). Lock: ACCESS SHARE on our state.
SELECT hold,
       CASE WHEN paused
            THEN concat_ws(' ', 'since ' || to_char(paused_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                           'by role ' || quote_ident(paused_by), 'from ' || paused_from) END AS pause
  FROM :state.migration WHERE id = :migration;
