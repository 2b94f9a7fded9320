-- Makes transition tables of the one row that a trigger fires for. Lock: none.
-- Parameters: the owner's.
WITH pgswap_new AS (SELECT NEW.*), pgswap_old AS (SELECT OLD.*)
