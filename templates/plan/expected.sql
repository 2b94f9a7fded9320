-- Lines of the description that come over to the new table in the swap, but not as they are: their names, whether they stay
-- with the old one, and how they are described then, with the columns' new names. Of each kind its section
-- [expected]. Lock: none.
WITH mapped(source, source_type, target, target_type) AS (VALUES :mapped)
SELECT name, stays, definition FROM (
    SELECT NULL AS name, NULL::boolean AS stays, NULL AS definition WHERE false
    :each_expected
) AS line;
