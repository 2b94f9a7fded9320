-- Version of a state. Lock: ACCESS SHARE on its table version.
SELECT version FROM :state.version;
