-- Keeps a statement parsed and planned on this connection. Lock: none.
PREPARE :name AS
:statement
