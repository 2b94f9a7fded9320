-- Gives up the reserve on standby's disk. Lock: ACCESS EXCLUSIVE on the reserve.
DROP TABLE IF EXISTS :reserve;
