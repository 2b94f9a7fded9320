-- Both tables are equal but for the pending keys, with these marks (row_marks). Lock: ROW EXCLUSIVE on our
-- state.
UPDATE :state.pair SET row_marks = :'marks' WHERE migration = :migration AND pair = :pair;
