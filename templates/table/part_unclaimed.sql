-- What refers to the table self (oid, reltype, array_type) or its row type and no kind of dependent object claims
-- (section [claims]: conditions on the row d of pg_depend): a sub-select, for other templates (:part_unclaimed).
-- Lock: none.
SELECT d.classid, d.objid, d.objsubid
  FROM (SELECT d.* FROM pg_depend d WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = :oid
        UNION ALL
        SELECT d.* FROM self CROSS JOIN LATERAL (VALUES (self.reltype), (self.array_type)) AS y(oid)
          JOIN pg_depend d ON d.refclassid = 'pg_type'::regclass AND d.refobjid = y.oid) AS d
 WHERE d.deptype IN ('n', 'a', 'x')
   AND NOT (false
       :each_claims)
