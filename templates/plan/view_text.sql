-- The text of a view, as the description has it, and the operators that are not the server's own which the view uses
-- where a text does not say which one is meant. Lock: ACCESS SHARE on the view and what it reads.
SELECT pg_get_viewdef(v.oid) AS text,
       (SELECT string_agg(DISTINCT format('%I.%s', n.nspname, o.oprname), ' ')
          FROM pg_rewrite r, regexp_matches(r.ev_action::text, ':opno (\d+)', 'g') AS m(id)
          JOIN pg_operator o ON o.oid = m.id[1]::oid
          JOIN pg_namespace n ON n.oid = o.oprnamespace AND n.nspname <> 'pg_catalog'
         WHERE r.ev_class = v.oid AND r.rulename = '_RETURN' AND r.ev_action::text ~ '\{(DISTINCTEXPR|NULLIFEXPR|CASETESTEXPR)') AS operators
  FROM (SELECT :'view'::regclass AS oid) AS v;
