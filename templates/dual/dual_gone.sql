-- Takes the rows of these keys out of standby: of those whose row is locked, and of those that live does not hold in the
-- snapshot of this very statement. What a writer to both tables has put in meanwhile stays.
-- Lock: ROW EXCLUSIVE on standby.
-- Parameters: the owner's.
DELETE FROM :standby_rows AS standby
 USING :part_dual_pending
 WHERE :standby_match;
