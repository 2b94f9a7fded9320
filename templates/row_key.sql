-- The key of the row of live in a range of row addresses, as text. Lock: ACCESS SHARE on live.
SELECT ROW(:live_key)::text AS key
  FROM ONLY :live AS live
 WHERE live.ctid >= :'first_tid'::tid AND live.ctid < :'end_tid'::tid
 LIMIT 1;
