-- Whether the server has a time zone of that name: it would take nearly any word for one. Lock: none.
SELECT count(*) > 0 AS known FROM pg_timezone_names WHERE lower(name) = lower(:'zone');
