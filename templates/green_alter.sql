-- One statement of the user's change, on green. Lock: on green only.
ALTER TABLE :green
:actions;
