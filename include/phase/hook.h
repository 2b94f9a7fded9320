/*
 * Hooks: shell commands of the operator's, run at named moments with what they need to know in the
 * environment (PGSWAP_HOOK, PGSWAP_MIGRATION, PGSWAP_TABLE, PGSWAP_PHASE, PGSWAP_ERROR).
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "phase/context.h"

/* Runs the command, if there is one.  ERROR_STOPPED if it does not end with exit code 0. */
bool hook_run(const Context *context, const char *name, const char *command, Error *error)
    ERROR_MUST_CHECK;
