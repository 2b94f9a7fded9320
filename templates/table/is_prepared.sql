-- Whether a statement is prepared on this connection. Lock: none.
SELECT EXISTS (SELECT FROM pg_prepared_statements WHERE name = :'name') AS holds;
