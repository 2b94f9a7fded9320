-- Describes a table and everything that refers to it, one row a thing, as text that does not depend
-- on OIDs or on the schema the table stands in at this moment. group 'own' is on the table in
-- whichever schema it is; group 'swap' comes to it in the swap. Our own triggers are left out, and
-- so are invalid indexes, which are not carried. from and to are literals: the schema the table
-- stands in, and the one it belongs to. Texts that PostgreSQL prints with the names of all columns in mind take
-- time by the square of their number, each. So they come back as rows of scope 'known', too, named by the row of
-- the catalog that each was made of; and what is given as known (an object of such names and texts) is not printed
-- once more, while the table is in either schema. That is for texts which name nothing that moves with the table; so
-- are the lines of scope 'marked', of columns: while the rows of the catalog that they were made of are the same, one
-- row of scope 'same' comes for all of them. A default has no columns in it and is printed without the table.
-- Texts of expressions that do not say which operator they mean have a row more, for that.
-- Lock: ACCESS SHARE on the table and the views over it, whose texts are printed.
WITH RECURSIVE :part_description
SELECT scope, replace(name, quote_ident(:from) || '.', quote_ident(:to) || '.') AS name,
       replace(definition, quote_ident(:from) || '.', quote_ident(:to) || '.') AS definition
  FROM (SELECT scope, name, definition FROM item
        UNION ALL
        SELECT scope, 'operators of ' || name,
               coalesce((SELECT string_agg(DISTINCT format('%I.%s', n.nspname, o.oprname), ' ')
                           FROM regexp_matches(tree, ':opno (\d+)', 'g') AS m(id)
                           JOIN pg_operator o ON o.oid = m.id[1]::oid
                           JOIN pg_namespace n ON n.oid = o.oprnamespace AND n.nspname <> 'pg_catalog'), 'the server''s own')
          FROM item WHERE tree ~ '\{(DISTINCTEXPR|NULLIFEXPR|CASETESTEXPR)') AS line
UNION ALL
SELECT 'known', key, text FROM costly WHERE key IN (SELECT id FROM still)
UNION ALL
SELECT 'known', 'columns', mark FROM marked WHERE :known IS NULL
UNION ALL
SELECT 'known', 'other columns', coalesce(array_agg(attnum), '{}')::text
  FROM pg_attribute a
 WHERE :known IS NULL AND attrelid = :oid AND attnum > 0 AND NOT attisdropped AND attnum NOT IN (SELECT attnum FROM still_column)
UNION ALL
SELECT 'same', 'columns', '' FROM same WHERE holds;
