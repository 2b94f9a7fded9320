-- Rows of live, through the mapping, whose keys were applied and are not pending again. Lock: ACCESS SHARE on
-- live.
-- Parameters: the owner's.
COPY (
    SELECT :fields
      FROM ONLY :live AS live
     WHERE EXISTS (SELECT FROM :applied AS d WHERE :live_match)
       AND NOT EXISTS (SELECT FROM :dirty AS d WHERE :live_match)
       AND NOT EXISTS (SELECT FROM :log AS d WHERE :live_match)
) TO STDOUT (FORMAT binary);
