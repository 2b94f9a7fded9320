-- What the user's change has put on the new table and must not stand there while it is filled: of each kind its
-- section [refusals_green]. Lock: none.
SELECT what, why, remedy FROM (
    SELECT NULL AS what, NULL AS why, NULL AS remedy WHERE false
    :each_refusals_green
) AS r
 ORDER BY 1;
