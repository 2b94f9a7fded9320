-- Makes an empty table with blue's columns, on which the server checks and normalises expressions;
-- it lives and dies in one transaction. Lock: ACCESS SHARE on blue.
CREATE TABLE :"schema".pgswap_probe (LIKE :blue);
