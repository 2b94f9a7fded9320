-- Takes the rows of the old keys that live does not hold any more out of standby; each must have been seen there.
-- Lock: ROW EXCLUSIVE on standby.
-- Parameters: the owner's.
IF EXISTS (:with SELECT FROM pgswap_old OFFSET :limit) THEN
    RAISE EXCEPTION 'left to the change log';
END IF;
:part_dual_gone;
GET DIAGNOSTICS touched := ROW_COUNT;
IF touched OPERATOR(pg_catalog.<>) (:with SELECT pg_catalog.count(*) FROM pgswap_old AS o) THEN
    RAISE EXCEPTION 'left to the change log';
END IF;
:with INSERT INTO :written_set (:keys) SELECT :old_keys FROM pgswap_old AS o
