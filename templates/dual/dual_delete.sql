-- The body of the capture function of DELETE while it writes both tables. Lock: ROW EXCLUSIVE on standby.
-- Parameters: the owner's.
:part_dual_try
    :part_dual_delete;
:part_dual_else;
    INSERT INTO :log_set (:keys) SELECT :old_keys FROM pgswap_old AS o;
    RETURN NULL;
END
