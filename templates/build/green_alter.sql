-- One statement of the user's change, on green. Lock: on green only.
-- Parameters: the owner's.
ALTER TABLE :green
:actions;
