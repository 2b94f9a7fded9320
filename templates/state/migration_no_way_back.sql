-- Remembers why a migration has no way back. Lock: ROW EXCLUSIVE on our state.
UPDATE :state.migration SET no_way_back = :'reason' WHERE id = :migration;
