/*
 * What run would do with a table: begin, go on, or refuse. One function decides it for plan, too,
 * so that plan refuses what run refuses, in the same words and with the same exit code.
 */
#pragma once

#include <stdbool.h>

#include "cmd/session.h"
#include "way/plan.h"

typedef struct Decision
{
    bool continues; /* context->migration, which is under way */
    Plan plan;      /* else; of what would be begun */
} Decision;

/*
 * take: the lock of the table is taken for the work that follows, else it is only looked at.
 * ERROR_BUSY if another pgswap has it; ERROR_REFUSED if another change is under way, if the change
 * cannot be made, a right is missing, or there would be no way back and --no-revert was not given;
 * ERROR_PAUSED; ERROR_FAULT if there is nothing to do.
 */
bool decide_run(Session *session, bool take, Decision *decision, Error *error) ERROR_MUST_CHECK;
