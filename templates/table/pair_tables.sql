-- Where live is, by its names, and standby if it is in its schema (NULL: gone); if live is in its place, and the
-- schema there that the swap moves it to. Lock: none.
SELECT max(c.name) FILTER (WHERE c.oid = :live_oid) AS live,
       max(quote_ident(c.nspname)) FILTER (WHERE c.oid = :live_oid) AS live_schema,
       max(quote_ident(c.relname)) FILTER (WHERE c.oid = :live_oid) AS live_name,
       max(c.name) FILTER (WHERE c.oid = :standby_oid AND c.nspname = :'standby_schema') AS standby,
       coalesce(bool_or(c.nspname = :'schema' AND c.relname = :'table') FILTER (WHERE c.oid = :live_oid), false) AS in_place,
       EXISTS (SELECT FROM pg_namespace WHERE nspname = :'away_schema') AS has_away
  FROM (SELECT c.oid, n.nspname, c.relname, format('%I.%I', n.nspname, c.relname) AS name
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.oid IN (:live_oid, :standby_oid)) AS c;
