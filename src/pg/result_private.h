/*
 * The inside of a result: one PGresult for each statement of a command.
 */
#pragma once

#include <libpq-fe.h>

#include "pg/result.h"

struct Result
{
    PGresult **items;
    int count;
    int capacity;
};

/* Takes over item. */
void result_add(Result *result, PGresult *item);

/* Frees everything; the Result is empty and usable again. */
void result_clear(Result *result);
