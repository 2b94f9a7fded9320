/*
 * The plan: what a change means, whether it can be done, and what it would take.  Nothing is
 * written: green is built in a transaction that is rolled back.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "model/shape.h"
#include "model/spec.h"
#include "model/statement.h"
#include "model/table.h"
#include "tool/context.h"

typedef struct Plan
{
    Table table;
    Spec spec;
    Parameters parameters; /* that values are computed with */
    Shape shape;
    StatementList
        others; /* tables, views and sequences that are locked with the table in the swap */
    StatementList ahead;    /* before it: materialized views over the new table */
    StatementList moves;    /* what the swap does to what hangs on the table, under the lock */
    StatementList settling; /* what is done after it */
    int64_t swap_ms;        /* what the swap is expected to take under the lock */
    char *hash;             /* over the change and the description of the table */
} Plan;

/*
 * Finds the table that the name stands for and works the change out.  ERROR_REFUSED with every
 * reason if it cannot be done; ERROR_STATEMENT if the server does not accept the change;
 * ERROR_REFUSED too if PostgreSQL would not rewrite the table at all and --force-rewrite was not
 * given.  After a failure plan->table.qualified is NULL if it is the table that was not found.
 */
bool plan_examine(Context *context, const char *name, const Spec *spec, Plan *plan, Error *error)
    ERROR_MUST_CHECK;
