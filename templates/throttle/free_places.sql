-- Directories of the server in which a migration of the tables (oids) writes: its data directory, in which the
-- WAL is, and their tablespaces. NULL: this role may not know. Lock: none.
SELECT setting AS place FROM (VALUES (1)) AS one LEFT JOIN pg_settings ON name = 'data_directory'
UNION
SELECT pg_tablespace_location(s.oid)
  FROM pg_tablespace s
 WHERE pg_tablespace_location(s.oid) LIKE '/%'
   AND (s.oid IN (SELECT dattablespace FROM pg_database WHERE datname = current_database())
        OR s.oid IN (SELECT c.reltablespace FROM pg_class c
                      WHERE c.oid IN (:oids) OR c.oid IN (SELECT indexrelid FROM pg_index WHERE indrelid IN (:oids))));
