-- Lets the server check that every mapped value can be assigned to its column: there is no row, and
-- so nothing is written. Lock: on green and the probe only.
-- Parameters: the owner's.
INSERT INTO :standby (:columns) OVERRIDING SYSTEM VALUE
SELECT :expressions FROM :"schema".:"name" AS live;
