-- The value of a column that live does not have: what standby held, where it held the row. Lock: none.
-- Parameters: the owner's.
CASE WHEN EXISTS (SELECT FROM :kept AS s WHERE :kept_match)
     THEN (SELECT s.pgswap_c:n FROM :kept AS s WHERE :kept_match)
     ELSE :otherwise END
