-- The body of the capture function of TRUNCATE while it writes both tables. Lock: ACCESS EXCLUSIVE on standby.
-- Parameters: the owner's.
:part_dual_try
    TRUNCATE :standby_rows;
:part_dual_else;
    INSERT INTO :log_set DEFAULT VALUES;
    RETURN NULL;
END
