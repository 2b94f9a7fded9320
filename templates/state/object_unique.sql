-- What a unique index of standby is over. Lock: ACCESS SHARE on our state.
SELECT unique_columns, unique_predicate FROM :state.object
 WHERE migration = :migration AND pair = :pair AND kind = 'index' AND name = :'name'
   AND unique_columns IS NOT NULL;
