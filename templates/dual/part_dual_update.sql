-- Gives the rows of the old keys in standby what live holds for them, and keeps what only standby has; where keys have
-- changed, takes the old rows out and puts the new ones in. Each old row must have been seen there: one that another
-- transaction put in after this one's snapshot is not. Lock: ROW EXCLUSIVE on standby.
-- Parameters: the owner's.
IF EXISTS (:with SELECT FROM pgswap_new OFFSET :limit) THEN
    RAISE EXCEPTION 'left to the change log';
END IF;
:with UPDATE :standby_rows AS standby SET :assignments
  FROM (SELECT :key_expressions, :assigned_values
          FROM :live_rows AS live
         WHERE EXISTS (SELECT FROM (SELECT :old_keys FROM pgswap_old AS o) AS d (:keys) WHERE :live_match)) AS pending
 WHERE :standby_match:unchanged;
GET DIAGNOSTICS touched := ROW_COUNT;
IF touched OPERATOR(pg_catalog.<>) (:with SELECT pg_catalog.count(*) FROM pgswap_old AS o)
   OR EXISTS (:with SELECT :new_keys FROM pgswap_new AS n EXCEPT SELECT :old_keys FROM pgswap_old AS o) THEN
    :part_dual_gone;
    GET DIAGNOSTICS also := ROW_COUNT;
    IF touched OPERATOR(pg_catalog.+) also OPERATOR(pg_catalog.<>) (:with SELECT pg_catalog.count(*) FROM pgswap_old AS o) THEN
        RAISE EXCEPTION 'left to the change log';
    END IF;
    :with INSERT INTO :standby (:columns) OVERRIDING SYSTEM VALUE
    SELECT :expressions
      FROM :live_rows AS live
     WHERE EXISTS (SELECT FROM (SELECT :new_keys FROM pgswap_new AS n) AS d (:keys) WHERE :live_match)
       AND NOT EXISTS (SELECT FROM (SELECT :old_keys FROM pgswap_old AS o) AS d (:keys) WHERE :live_match);
    GET DIAGNOSTICS also := ROW_COUNT;
    IF also OPERATOR(pg_catalog.<>) (:with SELECT pg_catalog.count(*) FROM (SELECT :new_keys FROM pgswap_new AS n EXCEPT SELECT :old_keys FROM pgswap_old AS o) AS moved) THEN
        RAISE EXCEPTION 'left to the change log';
    END IF;
END IF;
:with INSERT INTO :written_set (:keys) SELECT :old_keys FROM pgswap_old AS o UNION SELECT :new_keys FROM pgswap_new AS n
