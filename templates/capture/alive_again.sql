-- The unlogged standby is being filled anew. Lock: ROW EXCLUSIVE on our own table.
INSERT INTO :alive SELECT true WHERE NOT EXISTS (SELECT FROM :alive);
