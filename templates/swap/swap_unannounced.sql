-- Whether the hook that tells of the last swap is still to be run. Lock: ACCESS SHARE on our state.
SELECT swap->'announced' = 'false' AS due FROM :state.migration WHERE id = :migration;
