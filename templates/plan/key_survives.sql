-- Whether green, after the change, has a unique index over exactly the given columns, all NOT NULL, under their
-- own collations (see table_key.sql).
-- Lock: none.
SELECT EXISTS (
    SELECT FROM pg_index i
     WHERE i.indrelid = :green AND i.indisunique AND NOT i.indisexclusion AND i.indpred IS NULL AND i.indexprs IS NULL
       AND (SELECT array_agg(a.attname::text ORDER BY a.attname::text)
              FROM generate_series(0, i.indnkeyatts - 1) AS k(n)
              JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k.n]
             WHERE a.attnotnull AND i.indcollation[k.n] = a.attcollation
               AND NOT EXISTS (SELECT FROM pg_constraint n WHERE n.conrelid = a.attrelid AND n.contype = 'n' AND n.conkey[1] = a.attnum AND NOT n.convalidated))
           = (SELECT array_agg(name ORDER BY name) FROM unnest(ARRAY[:names]::text[]) AS name)) AS survives;
