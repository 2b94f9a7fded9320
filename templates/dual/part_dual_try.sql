-- How a capture function begins while it writes both tables: what follows is undone, and the keys go to the
-- change log, if anything in it fails, or after the time that pgswap extends for as long as it lives. Lock: as
-- what follows.
-- Parameters: the owner's.
#variable_conflict use_column
DECLARE
    touched pg_catalog.int8;
    also pg_catalog.int8;
BEGIN
    IF pg_catalog.clock_timestamp() OPERATOR(pg_catalog.<) /* until */ :'until'::pg_catalog.timestamptz THEN
        BEGIN
