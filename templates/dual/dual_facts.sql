-- What a write to both tables needs to know. assignments: of an UPDATE; unchanged: what must be equal since an
-- UPDATE may not set it; immediate: constraints of standby that would fail at the application's commit; draws: a column
-- of standby that takes its values from a sequence, which would change what the application reads as lastval();
-- until: how long it is done, unless that is extended. Lock: none.
SELECT (SELECT string_agg(format('%I = pending.pgswap_c%s', c.name, c.n), ', ') FILTER (WHERE a.attidentity <> 'a')
          FROM (VALUES :assigned) AS c(name, n) JOIN pg_attribute a ON a.attrelid = :standby_oid AND a.attname = c.name) AS assignments,
       (SELECT coalesce(string_agg(format(' AND standby.%I OPERATOR(pg_catalog.=) pending.pgswap_c%s', c.name, c.n), ''), '')
          FROM (VALUES :assigned) AS c(name, n) JOIN pg_attribute a ON a.attrelid = :standby_oid AND a.attname = c.name
         WHERE a.attidentity = 'a') AS unchanged,
       (SELECT coalesce('SET CONSTRAINTS ' || string_agg(format('%I.%I', n.nspname, k.conname), ', ') || ' IMMEDIATE;', '')
          FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace
         WHERE k.conrelid = :standby_oid AND k.condeferrable) AS immediate,
       (SELECT min(quote_ident(a.attname))
          FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
         WHERE a.attrelid = :standby_oid AND a.attnum > 0 AND NOT a.attisdropped
           AND (a.attidentity <> '' OR d.adbin::text ~ '\{FUNCEXPR :funcid 1574 ')
           AND a.attname NOT IN (SELECT c.name FROM (VALUES :assigned) AS c(name, n))) AS draws,
       to_char(clock_timestamp() + :'lasting'::interval, 'YYYY-MM-DD HH24:MI:SS.USOF') AS until;
