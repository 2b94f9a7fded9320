-- Generates the capture functions as they are, but for the set that they write to. Without a lock on the table: a
-- transaction that is under way may go on writing to the set before, which is right, too. Lock: none.
SELECT replace(replace(pg_get_functiondef(p.oid), 'INSERT INTO ' || :'log_before' || ' ', 'INSERT INTO ' || :'log_set' || ' '),
               'INSERT INTO ' || :'written_before' || ' ', 'INSERT INTO ' || :'written_set' || ' ') AS statement
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE n.nspname = :'state' AND p.proname ~ ('^capture_' || :migration || '_' || :pair || '_' || :'live_colour' || '_');
