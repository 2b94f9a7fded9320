-- Rows of standby whose keys were applied and are not pending again; as proof_live. Lock: ACCESS SHARE on standby.
-- Parameters: the owner's.
COPY (
    SELECT :fields
      FROM :standby_rows AS standby
     WHERE EXISTS (
               SELECT FROM (SELECT :key_expressions
                              FROM (SELECT :dirty_columns FROM :applied AS d) AS live) AS pending
                WHERE :standby_match)
       AND NOT EXISTS (
               SELECT FROM (SELECT :key_expressions
                              FROM (SELECT :dirty_columns FROM :dirty AS d) AS live) AS pending
                WHERE :standby_match)
) TO STDOUT (FORMAT binary);
