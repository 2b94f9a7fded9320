-- The columns of a table in order, as far as a mapping needs them. Lock: none.
SELECT a.attnum, a.attname AS name,
       format_type(a.atttypid, a.atttypmod) AS type,
       -- the same in a CAST, whatever types the search_path has: names that are no keywords are qualified
       CASE WHEN coalesce(e.typnamespace, t.typnamespace) = 'pg_catalog'::regnamespace
             AND format_type(coalesce(e.oid, t.oid), NULL) IN (quote_ident(coalesce(e.typname, t.typname)), '"char"')
             AND coalesce(e.typname, t.typname) NOT IN ('bit', 'interval', 'json', 'numeric')
            THEN 'pg_catalog.' ELSE '' END || format_type(a.atttypid, a.atttypmod) AS cast_type,
       a.atttypid || ',' || a.atttypmod || ',' || a.attcollation AS type_identity,
       a.atttypid AS type_oid, a.atttypmod AS type_modifier, a.attcollation AS collation,
       a.attnotnull OR domain.not_null AS not_null,
       a.attgenerated <> '' AS generated,
       a.attidentity <> '' AS identity,
       -- of its own sequence, whatever that is called later
       (SELECT format('pg_catalog.nextval(%L::pg_catalog.regclass)', s.objid)
          FROM pg_depend s JOIN pg_class c ON c.oid = s.objid AND c.relkind = 'S'
         WHERE s.classid = 'pg_class'::regclass AND s.refclassid = 'pg_class'::regclass AND s.refobjid = a.attrelid
           AND s.refobjsubid = a.attnum
           AND (s.deptype = 'i'
                OR s.deptype = 'a' AND pg_get_expr(d.adbin, d.adrelid) = format('nextval(%L::regclass)', s.objid::regclass))) AS next_value,
       t.typtype = 'd' AND t.typdefault IS NOT NULL AND d.oid IS NULL AS domain_default,
       sendable.holds AS has_binary_form
  FROM pg_attribute a
  JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typsubscript = 'array_subscript_handler'::regproc
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  CROSS JOIN LATERAL (
      WITH RECURSIVE part(oid) AS (
          SELECT a.atttypid
          UNION
          :part_inner_types)
      SELECT bool_and(p.typsend <> 0) AS holds FROM part JOIN pg_type p ON p.oid = part.oid
  ) AS sendable
  -- a domain's NOT NULL holds for every domain over it
  CROSS JOIN LATERAL (
      WITH RECURSIVE part AS (
          SELECT t.typnotnull, t.typbasetype
          UNION ALL
          SELECT d.typnotnull, d.typbasetype FROM part JOIN pg_type d ON d.oid = part.typbasetype)
      SELECT bool_or(part.typnotnull) AS not_null FROM part) AS domain
 WHERE a.attrelid = :oid AND a.attnum > 0 AND NOT a.attisdropped
 ORDER BY a.attnum;
