-- The statements that put the kept parameters in force, for the session or for a transaction; NULL where
-- that is so already (some may only be set by a superuser). clause: for a function, without those and
-- what no library defines in our session (is_custom), which a function may not set either; in it
-- nothing is found in a temporary schema first. path: the search_path as a list. "$user" in it
-- is the role they were read for. A monetary constant has one form in what we read and in what the server
-- reads back. Lock: none.
SELECT set_config('lc_monetary', :'parameters'::jsonb->'values'->>'lc_monetary', false);
WITH path AS (
    SELECT coalesce(string_agg(quote_ident(schema.name), ', ' ORDER BY n), '') AS list,
           coalesce(string_agg(quote_literal(schema.name), ', ' ORDER BY n), '''''') AS literals
      FROM regexp_matches(:'parameters'::jsonb->'values'->>'search_path', '"(?:[^"]|"")*"|[^,\s]+', 'g') WITH ORDINALITY AS m(item, n),
           LATERAL (SELECT CASE WHEN item[1] LIKE '"%' THEN replace(substr(item[1], 2, length(item[1]) - 2), '""', '"')
                                ELSE lower(item[1]) END) AS written(name),
           LATERAL (SELECT CASE WHEN written.name = '$user' AND current_user <> :'parameters'::jsonb->>'role'
                                THEN :'parameters'::jsonb->>'role' ELSE written.name END) AS schema(name))
SELECT p.name, p.value,
       CASE WHEN a.needed THEN 'SET ' || a.assignment || ';' END AS session,
       CASE WHEN a.needed THEN 'SET LOCAL ' || a.assignment || ';' END AS local,
       CASE WHEN s.context = 'user' THEN 'SET ' || a.assignment || CASE WHEN p.name = 'search_path' THEN ', pg_temp' ELSE '' END END AS clause,
       s.name IS NULL AS is_custom,
       CASE WHEN p.name = 'search_path' THEN path.list END AS path,
       :'parameters'::jsonb->>'role' AS role,
       p.name IN ('search_path', 'TimeZone', 'DateStyle') OR s.name IS NULL OR s.boot_val IS DISTINCT FROM p.value AS shown
  FROM jsonb_each_text(:'parameters'::jsonb->'values') AS p(name, value)
 CROSS JOIN path
  LEFT JOIN pg_settings s ON lower(s.name) = lower(p.name)
 CROSS JOIN LATERAL (
    SELECT coalesce(s.setting, current_setting(p.name, true)) IS DISTINCT FROM p.value,
           (SELECT string_agg(quote_ident(part), '.' ORDER BY n) FROM unnest(string_to_array(p.name, '.')) WITH ORDINALITY AS i(part, n))
           || ' = ' || CASE WHEN p.name = 'search_path' THEN path.literals ELSE quote_literal(p.value) END) AS a(needed, assignment)
 ORDER BY p.name;
