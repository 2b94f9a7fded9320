-- Puts what live holds for the new keys into standby; each must be there. with: for one row, what makes transition tables of it.
-- Lock: ROW EXCLUSIVE on standby.
-- Parameters: the owner's.
IF EXISTS (:with SELECT FROM pgswap_new OFFSET :limit) THEN
    RAISE EXCEPTION 'left to the change log';
END IF;
:with INSERT INTO :standby (:columns) OVERRIDING SYSTEM VALUE
SELECT :expressions
  FROM :live_rows AS live
 WHERE EXISTS (SELECT FROM (SELECT :new_keys FROM pgswap_new AS n) AS d (:keys) WHERE :live_match);
GET DIAGNOSTICS touched := ROW_COUNT;
IF touched OPERATOR(pg_catalog.<>) (:with SELECT pg_catalog.count(*) FROM pgswap_new AS n) THEN
    RAISE EXCEPTION 'left to the change log';
END IF;
:with INSERT INTO :written_set (:keys) SELECT :new_keys FROM pgswap_new AS n
