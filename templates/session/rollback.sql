-- Gives a transaction up. Lock: releases all of the transaction.
ROLLBACK;
