-- Generates the capture triggers on live: AFTER, ALWAYS (also under session_replication_role =
-- replica). Lock: SHARE ROW EXCLUSIVE on live.
SELECT statement FROM (
    SELECT 1, format('CREATE TRIGGER %I AFTER %s ON %s %s EXECUTE FUNCTION %s_%s()',
                     :'trigger' || '_' || event, upper(event), :'live',
                     CASE event
                         WHEN 'insert' THEN 'REFERENCING NEW TABLE AS pgswap_new FOR EACH STATEMENT'
                         WHEN 'update' THEN 'REFERENCING OLD TABLE AS pgswap_old NEW TABLE AS pgswap_new FOR EACH STATEMENT'
                         WHEN 'delete' THEN 'REFERENCING OLD TABLE AS pgswap_old FOR EACH STATEMENT'
                         ELSE 'FOR EACH STATEMENT' END,
                     :'function', event)
      FROM unnest(ARRAY['insert', 'update', 'delete', 'truncate']) AS event
     WHERE :'mode' = 'statement' OR event = 'truncate'
    UNION ALL
    SELECT 1, format('CREATE TRIGGER %I AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION %s_row()',
                     :'trigger' || '_row', :'live', :'function')
     WHERE :'mode' = 'row'
    UNION ALL
    SELECT 2, format('ALTER TABLE %s %s', :'live', string_agg(format('ENABLE ALWAYS TRIGGER %I', :'trigger' || '_' || event), ', '))
      FROM unnest(ARRAY['insert', 'update', 'delete', 'row', 'truncate']) AS event
     WHERE event = 'truncate' OR (event = 'row') = (:'mode' = 'row')) AS s(step, statement)
 ORDER BY step;
