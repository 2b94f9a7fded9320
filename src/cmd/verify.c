/*
 * verify: a parity pass now.
 */
#include <stdio.h>

#include "cmd/command.h"
#include "phase/parity.h"
#include "ui/member.h"
#include "ui/progress.h"

/* What was found is told in JSON whatever it is, else only if all is well: the error says the rest.
 */
static void
tell(Session *session, bool clean)
{
    const Summary *summary = &session->context.summary;
    char count[40];

    member_text(session->report, "state", clean ? "clean" : "different");
    member_integer(session->report, "rows_compared", summary->rows_compared);
    member_integer(session->report, "rows_different", summary->rows_different);
    if (clean && !session->options->json && !session->options->quiet)
        printf("%s: %s rows compared, none different\n", session->context.migration->label,
               count_format(count, summary->rows_compared));
}

static bool
have_mappings(const Migration *migration)
{
    for_each_pair (pair, migration)
        if (!pair->has_mapping)
            return false;
    return true;
}

static bool
verify_once(Session *session, Error *error)
{
    Context *context = &session->context;
    bool clean;

    if (!session_take_migration(session, error))
        return false;
    if (context->migration->phase < PHASE_CATCHUP || context->migration->phase > PHASE_SWAPPED ||
        !have_mappings(context->migration))
    {
        error_set(error, ERROR_REFUSED, "there is nothing to compare in phase %s",
                  phase_name(context->migration->phase));
        return error_hint(error, "The tables can be compared from the end of the index phase on, "
                                 "after the swap if there is a way back.");
    }
    clean = parity_check(context, error);
    if (clean || error->kind == ERROR_PARITY)
        tell(session, clean);
    return clean;
}

bool
verify_command(Session *session, Error *error)
{
    return session_retry(session, verify_once, error);
}
