-- Lets the server check that a value can be assigned to a column of a type; to be rolled back.
-- Lock: on our own objects only.
-- Parameters: the owner's.
CREATE TABLE :"schema".pgswap_assign (value :type);
INSERT INTO :"schema".pgswap_assign SELECT :expression FROM :"schema".:"name";
