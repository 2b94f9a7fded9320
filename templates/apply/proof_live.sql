-- Rows of live, through the mapping, whose keys were applied and are not pending again. The change log is
-- compacted: it has no index, and the planner, who may take the keys for one, would read it for each of them.
-- Lock: ACCESS SHARE on live.
-- Parameters: the owner's.
COPY (
    SELECT :fields
      FROM :live_rows AS live
     WHERE EXISTS (SELECT FROM :applied AS d WHERE :live_match)
       AND NOT EXISTS (SELECT FROM :dirty AS d WHERE :live_match)
) TO STDOUT (FORMAT binary);
