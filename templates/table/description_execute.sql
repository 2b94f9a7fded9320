-- Runs the prepared description: under the lock of the swap every millisecond of planning counts.
-- Lock: as description.
EXECUTE pgswap_description (:oid, :'from', :'to', :'known');
