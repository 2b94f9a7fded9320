/*
 * Settle: what the swap left for afterwards.  The hook is run; then, each in a transaction of its
 * own and with its own short lock attempts, foreign keys are validated and materialized views
 * refreshed. The state says what is still to be done, so that neither a crash nor a cut line leaves
 * it undone.
 */
#include "phase/settle.h"

#include "model/pair.h"
#include "model/statement.h"
#include "tool/durable.h"
#include "tool/hook.h"
#include "tool/polite.h"
#include "ui/log.h"
#include "ui/progress.h"

typedef struct Errand
{
    const Pair *pair;
    char *ordinal;
    char *statement;
    bool gentle; /* its lock stops nobody */
    PoliteTask *task;
} Errand;

/* What somebody has dropped since needs no work any more. */
static bool
is_gone(const Error *error)
{
    return error_is(error, "42704") || error_is(error, "42P01") || error_is(error, "3F000");
}

static bool
leave_out(Context *context, const Errand *piece, Error *error)
{
    log_warning("skipped \"%s\": %s", piece->statement, error->message);
    error_clear(error);
    statement_rollback(context->control);
    return pair_do(context->control, piece->pair, error, "object_leave", "ordinal", piece->ordinal,
                   NULL);
}

static bool
settle_attempt(Context *context, void *data, Error *error)
{
    Errand *piece = data;
    const Migration *migration = context->migration;

    if (piece->gentle)
        piece->task->imposed = 0;
    if (pair_do(context->control, piece->pair, error, "object_make", "parameters",
                migration->parameters.local, "lock_timeout",
                number(context->settings->lock_timeout).text, "statement", piece->statement,
                "ordinal", piece->ordinal, NULL))
        return true;
    return is_gone(error) ? leave_out(context, piece, error)
                          : error_context(error, "running \"%s\"", piece->statement);
}

/* The first piece that is not done; *found is false if all are. */
static bool
next_piece(Context *context, const Pair *pair, const char *kind, Errand *piece, bool *found,
           Error *error)
{
    const Result *result = pair_run(
        context->control, pair, error, "object_read", "kind",
        arena_printf(context->arena, "%s %s", kind, context->migration->live_colour), NULL);

    if (result == NULL)
        return false;
    *found = result_rows(result) > 0;
    if (*found)
        *piece = (Errand){pair, arena_strdup(context->arena, result_get(result, 0, "ordinal")),
                          arena_strdup(context->arena, result_get(result, 0, "statement")),
                          result_get_bool(result, 0, "gentle"), NULL};
    return true;
}

static bool
settle_pair(Context *context, const Pair *pair, const char *kind, Error *error)
{
    for (;;)
    {
        Errand piece;
        bool found;
        PoliteTask task = {.what = "validate or refresh what depends on",
                           .relations = "0",
                           .deadline = context->settings->swap_deadline,
                           .attempt = settle_attempt,
                           .data = &piece};

        if (!next_piece(context, pair, kind, &piece, &found, error))
            return false;
        if (!found)
            return true;
        piece.task = &task;
        progress_show("settle", 0, 0, "", piece.statement);
        if (!polite_run(context, &task, error))
            return false;
    }
}

static bool
settle_kind(Context *context, const char *kind, Error *error)
{
    for_each_pair (pair, context->migration)
        if (!settle_pair(context, pair, kind, error))
            return false;
    progress_end();
    return true;
}

/* The swap is done, and that has to be told from a swap that a hook kept from being done. */
static bool
run_hook(Context *context, Error *error)
{
    bool ok = hook_run(context, "after-swap", context->settings->hook_after_swap, error);

    if (ok || error->kind != ERROR_STOPPED || loop_is_stopping(context->loop))
        return ok;
    error->kind = ERROR_HOOK;
    return error_hint(error, "The swap is done; \"pgswap run\" or \"pgswap swap\" with a hook that "
                             "works runs it again.");
}

/* Nobody is told before the swap is on the disk, and where a standby server has to confirm it,
 * there: its commit did not wait for that. */
static bool
announce(Context *context, Error *error)
{
    const Result *result = statement_run(context->control, error, "swap_unannounced", "migration",
                                         context->migration->id_text, NULL);

    if (result == NULL)
        return false;
    return !result_get_bool(result, 0, "due") ||
           (journal_note(context->control, context->migration, -1, NULL, NULL, error) &&
            durable_wait(context, error) && run_hook(context, error) &&
            statement_do(context->control, error, "swap_announced", "migration",
                         context->migration->id_text, NULL));
}

bool
settle_before_swap(Context *context, Error *error)
{
    return settle_kind(context, "settle", error);
}

/* A hook that fails is told of at the end: the rest is not its fault. */
bool
settle_run(Context *context, Error *error)
{
    Error hook = ERROR_INIT;
    bool announced, ok;

    announced = announce(context, &hook);
    ok = (announced || hook.kind == ERROR_STOPPED || hook.kind == ERROR_HOOK) &&
         settle_kind(context, "settle", error) && settle_kind(context, "validate", error);

    if (!announced)
        error_move(error, &hook);
    error_clear(&hook);
    return ok && announced;
}
