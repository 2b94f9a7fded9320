-- A commit that waits as the role's own settings say; it comes behind all of ours in the log, so they are
-- waited for, too. Lock: none.
SET synchronous_commit = DEFAULT;
SELECT pg_logical_emit_message(true, 'pgswap', '');
