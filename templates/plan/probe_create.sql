-- Makes an empty table with blue's name and columns in a schema of its own, on which the server checks
-- and normalises expressions; it lives and dies in one transaction. Lock: ACCESS SHARE on blue.
CREATE SCHEMA :"schema";
CREATE TABLE :"schema".:"name" (LIKE :source);
