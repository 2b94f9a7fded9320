-- Takes the rows of the old keys that live does not hold any more out of standby; each must have been seen there.
-- Lock: ROW EXCLUSIVE on standby.
-- Parameters: the owner's.
IF EXISTS (:with SELECT FROM pgswap_old OFFSET :limit) THEN
    RAISE EXCEPTION 'left to the change log';
END IF;
:with DELETE FROM :standby_rows AS standby
 USING (SELECT :key_expressions
          FROM (SELECT :dirty_columns
                  FROM (SELECT :old_keys FROM pgswap_old AS o) AS d (:keys)
                 WHERE NOT EXISTS (SELECT FROM :live_rows AS live WHERE :live_match)) AS live) AS pending
 WHERE :standby_match;
GET DIAGNOSTICS touched := ROW_COUNT;
IF touched OPERATOR(pg_catalog.<>) (:with SELECT pg_catalog.count(*) FROM pgswap_old AS o) THEN
    RAISE EXCEPTION 'left to the change log';
END IF;
:with INSERT INTO :written_set (:keys) SELECT :old_keys FROM pgswap_old AS o
