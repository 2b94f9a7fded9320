-- Ends the transaction with an error if another run has taken over. Lock: ROW SHARE on our state.
-- Parameters: the owner's.
SELECT :state.require_lease(:migration, :epoch);
