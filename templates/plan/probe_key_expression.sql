-- Lets the server check that an expression needs no column but those of the key. Lock: on the
-- probe only.
-- Parameters: the owner's.
CREATE VIEW :"schema".pgswap_try AS
SELECT (:expression
       ) AS pgswap_value
  FROM (SELECT :key_columns FROM :"schema".:"name" AS k) AS live;
