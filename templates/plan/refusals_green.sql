-- What the user's change has put on the new table and must not stand there while it is filled.
-- Lock: none.
SELECT format('trigger %I', t.tgname) AS what, 'it would fire for every copied row' AS why,
       'Create it after the swap.' AS remedy
  FROM pg_trigger t WHERE t.tgrelid = :oid AND NOT t.tgisinternal
UNION ALL
SELECT format('rule %I', r.rulename), 'it would change what is copied', 'Create it after the swap.'
  FROM pg_rewrite r WHERE r.ev_class = :oid
UNION ALL
SELECT format('policy %I', p.polname), 'it would filter what is copied', 'Create it after the swap.'
  FROM pg_policy p WHERE p.polrelid = :oid
UNION ALL
SELECT 'row-level security', 'it would filter what is copied', 'Enable it after the swap.'
  FROM pg_class c WHERE c.oid = :oid AND (c.relrowsecurity OR c.relforcerowsecurity)
UNION ALL
SELECT format('inheritance from %s', i.inhparent::regclass), 'its rows would appear twice', 'Attach it after the swap.'
  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent
 WHERE i.inhrelid = :oid AND p.relnamespace <> c.relnamespace
UNION ALL
SELECT format('foreign key %I of %s', k.conname, k.conrelid::regclass), 'it would be checked against an unfinished table', 'Add it after the swap.'
  FROM pg_constraint k WHERE k.contype = 'f' AND k.confrelid = :oid AND k.conrelid <> :oid
 ORDER BY 1;
