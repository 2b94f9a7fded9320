-- Takes the number of the next migration, committed at once: none is used twice. Not from a sequence, for a
-- publication FOR ALL SEQUENCES would publish it. Lock: ROW EXCLUSIVE on our state.
UPDATE :state.version SET last_migration = last_migration + 1 RETURNING last_migration AS id;
