-- Takes the state schema away. Lock: on our own objects only.
DROP SCHEMA pgswap CASCADE;
