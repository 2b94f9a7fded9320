-- Version of the state schema. Lock: ACCESS SHARE on pgswap.version.
SELECT version FROM pgswap.version;
