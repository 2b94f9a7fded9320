-- Lets the server parse an expression over the probe's columns. A policy keeps it: that takes any
-- expression over one row, follows renames, and is spelled with unqualified columns. Lock: on the
-- probe only.
-- Parameters: the owner's.
CREATE POLICY :"policy" ON :"schema".:"name" USING ((:expression
) IS NULL);
