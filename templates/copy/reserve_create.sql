-- Generates what holds a megabyte of standby's disk in reserve, unless it is there: to empty standby takes a
-- page or two, which a full disk does not have. Lock: none.
SELECT format('CREATE UNLOGGED TABLE %s WITH (autovacuum_enabled = off)%s AS SELECT n FROM pg_catalog.generate_series(1, 30000) AS n',
              :'reserve', CASE WHEN s.spcname IS NOT NULL THEN format(' TABLESPACE %I', s.spcname) END) AS statement
  FROM pg_class c LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace
 WHERE c.oid = :standby_oid AND to_regclass(:'reserve') IS NULL;
