-- Replaces a capture function by one that writes both tables. Without a lock on the table: a transaction that is
-- under way takes the new body at its next statement. Rows are found by index, whatever the planner knows; values
-- are made with the parameters of the table's owner, whatever the session has set. Lock: none.
CREATE OR REPLACE FUNCTION :name() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
:parameters SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS :'body';
