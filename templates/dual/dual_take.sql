-- Takes keys to be applied while the application writes both tables; limit: how many, or ALL. Lock: ROW EXCLUSIVE on
-- our own tables.
-- Parameters: the owner's.
WITH taken AS (
    DELETE FROM :dirty WHERE ctid OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT ctid FROM :dirty LIMIT :limit)) RETURNING :keys)
INSERT INTO :held (:keys) SELECT :keys FROM taken;
