-- What time of which day it is in a time zone: 1 is Monday; minute: of the day. Lock: none.
SELECT extract(isodow FROM t.here)::int AS day, (extract(hour FROM t.here) * 60 + extract(minute FROM t.here))::int AS minute,
       to_char(t.here, 'Dy HH24:MI') AS said
  FROM (SELECT clock_timestamp() AT TIME ZONE :'zone') AS t(here);
