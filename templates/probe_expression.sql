-- Lets the server parse an expression over the probe's columns. Lock: on the probe only.
CREATE VIEW :"schema".:"view" AS
SELECT (:expression
       ) AS pgswap_value
  FROM :"schema".pgswap_probe AS :"alias";
