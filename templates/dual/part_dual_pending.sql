-- Keys whose row in standby is not, or no more, what live holds. Lock: ACCESS SHARE on live.
-- Parameters: the owner's.
(SELECT :key_expressions
   FROM (SELECT :dirty_columns
           FROM :held AS d
          WHERE d.present OR NOT EXISTS (SELECT FROM :live_rows AS live WHERE :live_match)) AS live) AS pending
