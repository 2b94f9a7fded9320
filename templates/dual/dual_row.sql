-- The body of the capture function for one row while it writes both tables. Each row is a subtransaction, so a
-- transaction that changes more rows than a statement may leaves the others to the change log. Lock: ROW EXCLUSIVE
-- on standby.
-- Parameters: the owner's.
:part_dual_try
    also := pg_catalog.concat('0', pg_catalog.current_setting('pgswap_dual.rows', true))::pg_catalog.int8 OPERATOR(pg_catalog.+) 1;
    IF also OPERATOR(pg_catalog.>) :limit THEN
        RAISE EXCEPTION 'left to the change log';
    END IF;
    PERFORM pg_catalog.set_config('pgswap_dual.rows', also::pg_catalog.text, true);
    IF TG_OP OPERATOR(pg_catalog.=) 'INSERT' THEN
        :part_dual_insert;
    ELSIF TG_OP OPERATOR(pg_catalog.=) 'UPDATE' THEN
        :part_dual_update;
    ELSE
        :part_dual_delete;
    END IF;
:part_dual_else;
    IF TG_OP OPERATOR(pg_catalog.<>) 'DELETE' THEN
        INSERT INTO :log_set (:keys) VALUES (:row_new);
    END IF;
    IF TG_OP OPERATOR(pg_catalog.<>) 'INSERT' THEN
        INSERT INTO :log_set (:keys) VALUES (:row_old);
    END IF;
    RETURN NULL;
END
