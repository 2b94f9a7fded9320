-- Foreign keys of blue whose stand-ins the change has dropped from green. Lock: none.
SELECT b.conname AS name FROM pg_constraint b
 WHERE b.conrelid = :blue AND b.contype = 'f' AND b.conparentid = 0
   AND NOT EXISTS (SELECT FROM pg_constraint g WHERE g.conrelid = :green AND g.conname = b.conname);
