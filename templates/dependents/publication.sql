-- Publications that name the table, with its columns and rows in them, and those of all tables.
-- Lock: ACCESS EXCLUSIVE on the table.

-- [with]
-- PostgreSQL 14 has neither filters nor lists: there the names are those outside
published AS (
    SELECT pr.* FROM (SELECT NULL::pg_node_tree AS prqual, NULL::int2vector AS prattrs) AS missing,
           LATERAL (SELECT prpubid, pg_get_expr(prqual, prrelid) AS filter, prattrs AS columns
                      FROM pg_publication_rel WHERE prrelid = :oid) AS pr),

-- [moves]
UNION ALL
SELECT 'before', 'table', p.oid::bigint, format('ALTER PUBLICATION %I DROP TABLE ONLY %s', p.pubname, self.name)
  FROM self JOIN published pr ON true JOIN pg_publication p ON p.oid = pr.prpubid
UNION ALL
SELECT 'after', 'table', p.oid::bigint * 4, format('ALTER PUBLICATION %I ADD TABLE ONLY %s%s%s', p.pubname, self.name,
              (SELECT ' (' || string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) || ')'
                 FROM pg_attribute a WHERE a.attrelid = self.oid AND a.attnum = ANY (pr.columns)),
              ' WHERE (' || pr.filter || ')')
  FROM self JOIN published pr ON true JOIN pg_publication p ON p.oid = pr.prpubid

-- [description]
UNION ALL
SELECT 'swap', format('publication %I', p.pubname),
       format('columns %s; where %s; except %s',
           (SELECT array_agg(a.attname ORDER BY a.attname) FROM pg_attribute a WHERE a.attrelid = :oid AND a.attnum = ANY (pr.columns)),
           pr.filter, pr.entry->'prexcept'),
       NULL, 'pg_publication_rel'::regclass, pr.oid
  FROM (SELECT NULL::pg_node_tree AS prqual, NULL::int2vector AS prattrs) AS missing,
       LATERAL (SELECT prpubid, pg_get_expr(prqual, prrelid) AS filter, prattrs AS columns, to_jsonb(r) AS entry, r.oid
                  FROM pg_publication_rel r WHERE prrelid = :oid) AS pr
  JOIN pg_publication p ON p.oid = pr.prpubid
UNION ALL
SELECT 'swap', format('publication %I of all tables', p.pubname), '', NULL, NULL, NULL FROM pg_publication p WHERE p.puballtables

-- [marks]
CASE h.classid WHEN 'pg_publication_rel'::regclass THEN (SELECT p.xmin::text FROM pg_publication_rel p WHERE p.oid = h.objid) END,
CASE WHEN h.is_table THEN (SELECT string_agg(p.xmin::text, ',' ORDER BY p.oid) FROM pg_publication p WHERE p.puballtables) END,

-- [claims]
OR d.classid = 'pg_publication_rel'::regclass

-- [refusals]
UNION ALL
SELECT 8, format('publication %I', p.pubname), format('role %I is not owner of the publication', current_user),
       format('GRANT %I TO %I;', pg_get_userbyid(p.pubowner), current_user)
  FROM pg_publication_rel pr JOIN pg_publication p ON p.oid = pr.prpubid
 WHERE pr.prrelid = :oid AND NOT pg_has_role(p.pubowner, 'USAGE')
UNION ALL
SELECT 9, format('publication %I is FOR ALL TABLES', p.pubname),
       'it would publish the new table and the change log at once: a subscriber that does not have them stops', 'Publish the tables by name, or use --force=publication if no subscriber minds.'
  FROM pg_publication p WHERE p.puballtables AND NOT :force_publication
UNION ALL
SELECT 9, format('publication %I is FOR ALL TABLES EXCEPT this one', p.pubname),
       'it would publish the table after the swap: the exception is for the old one', 'Drop the publication before and create it again afterwards.'
  FROM pg_publication_rel pr JOIN pg_publication p ON p.oid = pr.prpubid
 WHERE pr.prrelid = :oid AND (to_jsonb(pr)->>'prexcept')::boolean

-- [refusals_change]
UNION ALL
SELECT what, why, remedy FROM user_of_column WHERE classid = 'pg_publication_rel'::regclass

-- [rehearsal]
UNION ALL
SELECT 'table', p.oid::bigint, false, format('the row filter of publication %I', p.pubname),
       format('CREATE POLICY pgswap_filter ON %s USING (%s)', s.there, pr.filter), NULL
  FROM seat s
  CROSS JOIN (SELECT NULL::pg_node_tree AS prqual) AS missing
  CROSS JOIN LATERAL (SELECT prpubid, pg_get_expr(prqual, prrelid) AS filter FROM pg_publication_rel WHERE prrelid = :oid) AS pr
  JOIN pg_publication p ON p.oid = pr.prpubid
 WHERE s.oid = :oid AND pr.filter IS NOT NULL

-- None of [lock]: it is the table's.
-- None of [refusals_green]: it would publish the new table all the time, and that is the user's choice.
-- None of [scene]: it is tried on the table and its views.
-- None of [expected]: they come as they are, but for what is spelled otherwise.
