-- Opens a transaction whose statements each see the newest data. Lock: none.
BEGIN ISOLATION LEVEL READ COMMITTED;
