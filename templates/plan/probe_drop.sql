-- Ends the probe and what was parsed on it. Lock: on the probe only.
DROP SCHEMA :"schema" CASCADE;
