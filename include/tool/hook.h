/*
 * Hooks: shell commands of the operator's, run at named moments with what they need to know in the
 * environment (PGSWAP_HOOK, PGSWAP_HOOK_MIGRATION, PGSWAP_HOOK_TABLE, PGSWAP_HOOK_PHASE,
 * PGSWAP_HOOK_ERROR).
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "tool/context.h"

/* Runs the command, if there is one.  ERROR_STOPPED if it does not end with exit code 0. */
bool hook_run(const Context *context, const char *name, const char *command, Error *error)
    ERROR_MUST_CHECK;

/* Runs the hook of a command that failed, if there is one; what becomes of it changes nothing. */
void hook_failed(const Context *context, const char *command, const Error *failure);

/* True if hooks are told something in this environment variable. */
bool hook_is_variable(const char *name);
