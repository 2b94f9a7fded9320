-- Ends a transaction. Lock: releases all of the transaction.
COMMIT;
