/*
 * A call in the next turn of the loop, after everything else that is ready has had its turn: for
 * going on with long work.  (A timer of 0 ms does not do: started again from its own callback it
 * fires again in the same turn, and nothing else is served.)
 */
#pragma once

#include "pg/loop.h"

typedef struct Turn Turn;
typedef void (*TurnCome)(void *owner);

Turn *turn_new(Loop *loop, TurnCome come, void *owner);

/* Asks for one call; asking again before it has come changes nothing. */
void turn_request(Turn *turn);

/* Frees it; *turn is NULL afterwards.  NULL in *turn is allowed. */
void turn_drop(Turn **turn);
