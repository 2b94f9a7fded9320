/*
 * What must hold for the exchange: looked at while everybody works, and again, cheaply, under the
 * lock.
 */
#include <string.h>

#include "model/pair.h"
#include "model/statement.h"
#include "phase/parity.h"
#include "swap_private.h"
#include "tool/guard.h"
#include "tool/proof.h"
#include "ui/log.h"

static bool
read_live_marks(Swap *swap, const Part *part, char **marks, Error *error)
{
    const Result *result = pair_run(swap->context->control, part->pair, error, "live_marks", NULL);

    if (result == NULL)
        return false;
    *marks = arena_strdup(swap->scratch, result_get(result, 0, "marks"));
    return true;
}

static bool
require_capture(Context *context, Error *error)
{
    const Pair *lost;

    return guard_capture(context, &lost, error) &&
           (lost == NULL || guard_refuse_lost_capture(lost, error));
}

/* *known if no row of live can have changed without capture since the tables were compared. */
static bool
ask_rows_known(Swap *swap, bool *known, Error *error)
{
    for_each_part (part, swap)
    {
        char *marks;

        if (!guard_row_marks(swap->context, part->pair, swap->scratch, &marks, known, error))
            return false;
        if (!*known)
            return true;
    }
    *known = true;
    return true;
}

static bool
refuse_altered(Error *error)
{
    return error_set(error, ERROR_AGAIN, "the table was altered while waiting for the lock");
}

bool
conditions_look(Swap *swap, Error *error)
{
    const Pair *lost;
    bool known;

    for_each_part (part, swap)
        if (!read_live_marks(swap, part, &part->marks, error))
            return false;
    if (!guard_check(swap->context, &lost, error))
        return false;
    if (lost != NULL)
        return guard_refuse_lost_capture(lost, error);
    return ask_rows_known(swap, &known, error) && (known || refuse_altered(error));
}

bool
conditions_ensure_known(Swap *swap, Error *error)
{
    bool known;

    if (!ask_rows_known(swap, &known, error))
        return false;
    if (known)
        return true;
    if (!require_capture(swap->context, error))
        return false;
    log_info("%s was altered since it was compared; comparing again",
             swap->context->migration->label);
    return parity_check(swap->context, error);
}

bool
conditions_check(Swap *swap, Error *error)
{
    Context *context = swap->context;
    const Result *result;
    bool due;

    for_each_part (part, swap)
    {
        char *marks;

        if (!read_live_marks(swap, part, &marks, error))
            return false;
        if (strcmp(marks, part->marks) != 0)
            return refuse_altered(error);
    }
    if (!require_capture(context, error))
        return false;
    result = statement_run(context->control, error, "swap_conditions", "migration",
                           context->migration->id_text, NULL);
    if (result == NULL)
        return false;
    if (!result_get_bool(result, 0, "proven"))
        return error_set(error, ERROR_PARITY, "the tables have not been found equal");
    if (result_get_bool(result, 0, "paused"))
        return error_set(error, ERROR_AGAIN, "the migration is paused");
    return proof_ask_due(context, &due, error) &&
           (!due || error_set(error, ERROR_AGAIN, "applied changes have not been compared yet"));
}

bool
conditions_record(Swap *swap, Error *error)
{
    for_each_part (part, swap)
    {
        char *marks;
        bool known;

        if (!guard_row_marks(swap->context, part->after, swap->scratch, &marks, &known, error) ||
            !guard_record_marks(swap->context, part->after, marks, error))
            return false;
    }
    return true;
}
