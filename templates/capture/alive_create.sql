-- A table of one row that a crash of the server empties, as it does with an unlogged standby: its
-- absence tells. Lock: none.
CREATE UNLOGGED TABLE :alive AS SELECT true AS alive;
