-- Whether different values of one type stay different in another: only casts known to be so; and whether that
-- is so only where the time zone is fixed. Each type is given as OID, type modifier and collation. Lock: none.
SELECT from_type.oid = to_type.oid AND (:from_modifier = :to_modifier OR :to_modifier = -1) AND :from_collation = :to_collation
       OR from_type.name IN ('int2', 'int4', 'int8') AND to_type.name IN ('int2', 'int4', 'int8')
       OR from_type.name IN ('int2', 'int4', 'int8') AND to_type.name IN ('numeric', 'text', 'varchar') AND :to_modifier = -1
       OR from_type.name IN ('text', 'varchar', 'bpchar') AND to_type.name IN ('text', 'varchar')
          AND (:to_modifier = -1 OR :from_modifier BETWEEN 0 AND :to_modifier) AND :from_collation = :to_collation
       OR from_type.name = 'uuid' AND to_type.name IN ('text', 'varchar') AND :to_modifier = -1
       OR from_type.name = 'date' AND to_type.name IN ('timestamp', 'timestamptz')
       OR from_type.name IN ('timestamp', 'timestamptz') AND to_type.name IN ('timestamp', 'timestamptz')
          AND (:to_modifier = -1 OR :from_modifier BETWEEN 0 AND :to_modifier) AS distinct_stays,
       from_type.name IN ('date', 'timestamp') AND to_type.name = 'timestamptz'
       OR from_type.name = 'timestamptz' AND to_type.name = 'timestamp' AS zone_decides
  FROM (SELECT oid, CASE WHEN typnamespace = 'pg_catalog'::regnamespace THEN typname ELSE '' END AS name
          FROM pg_type WHERE oid = :from_type) AS from_type,
       (SELECT oid, CASE WHEN typnamespace = 'pg_catalog'::regnamespace THEN typname ELSE '' END AS name
          FROM pg_type WHERE oid = :to_type) AS to_type;
