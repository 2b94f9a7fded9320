-- Generates the trigger functions that append the keys of changed rows to the change log: INSERT,
-- UPDATE and DELETE with transition tables, one for rows, one for TRUNCATE. They run with our
-- rights and a pinned search_path: a writer needs no right on anything of ours, and cannot
-- redirect us. What they replace may have written both tables (templates/dual). Lock: none.
SELECT format('CREATE OR REPLACE FUNCTION %s_%s() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS %L', :'function', event, E'BEGIN\n' || body || E'\n    RETURN NULL;\nEND') AS statement
  FROM (VALUES
    ('insert', format('    INSERT INTO %s (%s) SELECT %s FROM pgswap_new AS n;', :'log_set', :'keys', :'new_keys')),
    ('update', format('    INSERT INTO %s (%s) SELECT %s FROM pgswap_old AS o UNION SELECT %s FROM pgswap_new AS n;',
                      :'log_set', :'keys', :'old_keys', :'new_keys')),
    ('delete', format('    INSERT INTO %s (%s) SELECT %s FROM pgswap_old AS o;', :'log_set', :'keys', :'old_keys')),
    ('row', format('    IF TG_OP <> ''DELETE'' THEN
        INSERT INTO %1$s (%2$s) VALUES (%3$s);
    END IF;
    IF TG_OP = ''DELETE'' OR (TG_OP = ''UPDATE'' AND (ROW(%3$s)::record OPERATOR(pg_catalog.*<>) ROW(%4$s)::record)) THEN
        INSERT INTO %1$s (%2$s) VALUES (%4$s);
    END IF;', :'log_set', :'keys', :'row_new', :'row_old')),
    ('truncate', format('    INSERT INTO %s DEFAULT VALUES;', :'log_set'))
  ) AS f(event, body)
 WHERE event = 'truncate' OR (event = 'row') = (:'mode' = 'row')
UNION ALL
SELECT format('REVOKE ALL ON FUNCTION %s_%s() FROM PUBLIC', :'function', event)
  FROM unnest(ARRAY['insert', 'update', 'delete', 'row', 'truncate']) AS event
 WHERE event = 'truncate' OR (event = 'row') = (:'mode' = 'row');
