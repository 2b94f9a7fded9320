-- Tries the value of one column for the rows of a range of pending keys. Lock: ACCESS SHARE on live.
SELECT CAST(:expression AS :type)
  FROM ONLY :live AS live
 WHERE EXISTS (SELECT FROM :dirty AS d
                WHERE :live_match AND d.ctid >= :'first_tid'::tid AND d.ctid < :'end_tid'::tid);
