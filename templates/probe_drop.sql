-- Ends the probe and its views. Lock: on the probe only.
DROP TABLE :"schema".pgswap_probe CASCADE;
