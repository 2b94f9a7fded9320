-- Tries the value of one column for the rows in a range of addresses: the error tells whether this
-- column is to blame. Lock: ACCESS SHARE on live.
SELECT CAST(:expression AS :type)
  FROM ONLY :live AS live
 WHERE live.ctid >= :'first_tid'::tid AND live.ctid < :'end_tid'::tid;
