-- The body of the capture function of INSERT while it writes both tables. Lock: ROW EXCLUSIVE on standby.
-- Parameters: the owner's.
:part_dual_try
    :part_dual_insert;
:part_dual_else;
    INSERT INTO :log_set (:keys) SELECT :new_keys FROM pgswap_new AS n;
    RETURN NULL;
END
