/*
 * Runs hooks through the shell.
 */
#include "tool/hook.h"

#include <stdlib.h>
#include <string.h>

#include "pg/process.h"
#include "ui/line.h"
#include "ui/log.h"

/* No option has one of these names. */
#define HOOK_NAME "PGSWAP_HOOK"
#define HOOK_MIGRATION "PGSWAP_HOOK_MIGRATION"
#define HOOK_TABLE "PGSWAP_HOOK_TABLE"
#define HOOK_PHASE "PGSWAP_HOOK_PHASE"
#define HOOK_ERROR "PGSWAP_HOOK_ERROR"

bool
hook_is_variable(const char *name)
{
    static const char *const names[] = {HOOK_NAME, HOOK_MIGRATION, HOOK_TABLE, HOOK_PHASE,
                                        HOOK_ERROR};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

void
hook_failed(const Context *context, const char *command, const Error *failure)
{
    Error ignored = ERROR_INIT;

    setenv(HOOK_ERROR, failure->message != NULL ? failure->message : "", 1);
    (void)!hook_run(context, "failure", command, &ignored);
    error_clear(&ignored);
}

bool
hook_run(const Context *context, const char *name, const char *command, Error *error)
{
    int code;

    if (command == NULL)
        return true;
    setenv(HOOK_NAME, name, 1);
    if (context->migration != NULL)
    {
        setenv(HOOK_MIGRATION, context->migration->id_text, 1);
        setenv(HOOK_PHASE, phase_name(context->migration->phase), 1);
        if (context->migration->pair_count > 0)
            setenv(HOOK_TABLE, context->migration->label, 1);
    }
    line_hide();
    log_debug("hook %s: %s", name, command);
    if (!process_run(context->loop, command, &code, error))
        return error_context(error, "the hook %s", name);
    if (code == 0)
        return true;
    if (loop_is_stopping(context->loop))
        error_set(error, ERROR_STOPPED, "stopped while the hook %s ran", name);
    error_set(error, ERROR_STOPPED, "the hook %s ended with exit code %d", name, code);
    return error_detail(error, "The command was: %s", command);
}
