-- Takes over what is pending from the set before, and makes this one the set of the change log. What is in the log itself
-- stays there: it is read through all sets. Lock: ROW EXCLUSIVE on our own tables.
INSERT INTO :dirty (:keys) SELECT :keys FROM :dirty_before;
INSERT INTO :applied (:keys) SELECT :keys FROM :applied_before;
INSERT INTO :held (:keys, present) SELECT :keys, present FROM :held_before;
UPDATE :state.pair
   SET blue_set = CASE WHEN :'live_colour' = 'blue' THEN :set ELSE blue_set END,
       green_set = CASE WHEN :'live_colour' = 'green' THEN :set ELSE green_set END
 WHERE migration = :migration AND pair = :pair;
SELECT :state.require_lease(:migration, :epoch);
