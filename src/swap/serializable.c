/*
 * Where such transactions come one after the other, a moment without any is short: it is looked for
 * often.
 */
#include "swap/serializable.h"

#include "base/clock.h"
#include "model/statement.h"
#include "tool/dual.h"
#include "tool/guard.h"

enum
{
    LOOK_EVERY = 5,    /* ms */
    TELL_AFTER = 2000, /* ms of waiting before it is said for whom */
};

/* *who is NULL if there is none, else valid until the next statement. */
static bool
look(Context *context, const char **who, Error *error)
{
    const Result *result;

    *who = NULL;
    if (context->settings->ignore_serializable)
        return true;
    result = statement_run(context->control, error, "serializable", "relations",
                           context->migration->live_oids, NULL);
    if (result == NULL)
        return false;
    if (result_get_int(result, 0, "locks") > 0)
        *who = result_get(result, 0, "who");
    return true;
}

static bool
still_read(const char *who, Error *error)
{
    return who == NULL ||
           error_set(error, ERROR_AGAIN, "a SERIALIZABLE transaction has read the table (%s)", who);
}

static bool
say_who(Context *context, Told *told, const char *who, Error *error)
{
    context_say_waiting(context, WAITING_SNAPSHOT,
                        "waiting for a moment in which no SERIALIZABLE transaction has read %s: %s",
                        context->migration->label, who);
    return context_note_waiting(context, told, "a SERIALIZABLE transaction", who, error);
}

bool
serializable_wait(Context *context, int64_t deadline, Error *error)
{
    int64_t started = clock_ms();
    const char *who;
    Told told = {0};

    while (look(context, &who, error))
    {
        if (who == NULL)
            return context_note_over(context, &told, error);
        if (clock_ms() > deadline)
            return still_read(who, error);
        if (clock_ms() - started > TELL_AFTER && !say_who(context, &told, who, error))
            return false;
        loop_sleep(context->loop, LOOK_EVERY);
        if (!context_may_go_on(context, error) || !guard_look(context, context->control, error) ||
            !dual_keep(context, error))
            return false;
    }
    return false;
}

bool
serializable_check(Context *context, Error *error)
{
    const char *who;

    return look(context, &who, error) && still_read(who, error);
}
