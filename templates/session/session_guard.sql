-- Stands before what is sent outside a transaction, and fails where the mark of the session is not: in another
-- server session, or where the settings were reset. A utility command, so no snapshot is taken. Lock: none.
MOVE 0 IN :"mark";
