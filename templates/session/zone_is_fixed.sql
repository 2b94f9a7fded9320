-- Whether the time zone has one offset for all time: else two times of day of it may be the same moment, and
-- two moments the same time of day. Every zone with more has had one of them for a month. Lock: none.
-- Parameters: the owner's.
SELECT pg_catalog.count(DISTINCT pg_catalog.date_part('timezone', at)) OPERATOR(pg_catalog.=) 1 AS fixed
  FROM pg_catalog.generate_series('1800-01-01 00:00+00'::pg_catalog.timestamptz, '2200-01-01 00:00+00'::pg_catalog.timestamptz, '14 days'::pg_catalog.interval) AS at;
