-- Locks the rows that live holds for these keys, each in its newest version: nobody changes them until our commit.
-- Lock: ROW SHARE on live, with its rows, ROW EXCLUSIVE on our own table.
-- Parameters: the owner's.
WITH locked AS MATERIALIZED (
    SELECT :live_key
      FROM :live_rows AS live
     WHERE EXISTS (SELECT FROM :held AS d WHERE :live_match)
       FOR SHARE OF live)
UPDATE :held AS d SET present = true FROM locked AS live WHERE :live_match;
