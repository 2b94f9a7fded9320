-- Takes the rows of the old keys that live does not hold any more out of standby. Lock: ROW EXCLUSIVE on standby.
-- Parameters: the owner's.
:with DELETE FROM :standby_rows AS standby
 USING (SELECT :key_expressions
          FROM (SELECT :dirty_columns
                  FROM (SELECT :old_keys FROM pgswap_old AS o) AS d (:keys)
                 WHERE NOT EXISTS (SELECT FROM :live_rows AS live WHERE :live_match)) AS live) AS pending
 WHERE :standby_match
