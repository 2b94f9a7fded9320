-- In which columns the row of one key differs on live, through the mapping, and on standby: the generated ones by name,
-- and whether there are others. key is the text of a row of key columns, in the form of dirty. Lock: ACCESS SHARE on both.
WITH d AS (SELECT (CAST(:'key' AS :dirty)).*)
SELECT string_agg(quote_ident(name), ', ') FILTER (WHERE generated) AS generated, coalesce(bool_or(NOT generated), false) AS others
  FROM unnest(ARRAY[:compared_names]::text[], ARRAY[:compared_generated]::boolean[],
              (SELECT ARRAY[:live_texts]::text[] FROM :live_rows AS live WHERE EXISTS (SELECT FROM d WHERE :live_match)),
              (SELECT ARRAY[:standby_texts]::text[] FROM :standby_rows AS standby
                WHERE EXISTS (SELECT FROM (SELECT :key_expressions FROM (SELECT :dirty_columns FROM d) AS live) AS pending WHERE :standby_match)))
       AS c(name, generated, live, standby)
 WHERE live IS DISTINCT FROM standby;
