/*
 * verify: a parity pass now.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

#include "cmd/command.h"
#include "phase/phases.h"
#include "ui/progress.h"

static void
print_outcome(const Session *session, bool clean)
{
    const Summary *summary = &session->context.summary;
    char count[40];
    json_t *root;

    if (!session->options->json)
    {
        if (clean)
            printf("%s: %s rows compared, none different\n",
                   session->context.migration->pairs[0].live,
                   count_format(count, summary->rows_compared));
        return;
    }
    root = json_pack(
        "{s:i,s:s,s:s,s:s,s:I,s:I}", "schema_version", 1, "migration",
        session->context.migration->id_text, "table", session->context.migration->pairs[0].live,
        "state", clean ? "clean" : "different", "rows_compared", (json_int_t)summary->rows_compared,
        "rows_different", (json_int_t)summary->rows_different);
    json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    printf("\n");
    json_decref(root);
}

static bool
verify_once(Session *session, Error *error)
{
    Context *context = &session->context;
    bool clean;

    if (!session_take_migration(session, error))
        return false;
    if (context->migration->phase < PHASE_CATCHUP || context->migration->phase > PHASE_SWAPPED ||
        !context->migration->pairs[0].has_mapping)
    {
        error_set(error, ERROR_REFUSED, "there is nothing to compare in phase %s",
                  phase_name(context->migration->phase));
        return error_hint(error, "The tables can be compared from the end of the index phase on, "
                                 "after the swap if there is a way back.");
    }
    clean = parity_check(context, error);
    if (clean || error->kind == ERROR_PARITY)
        print_outcome(session, clean);
    return clean;
}

bool
verify_command(Session *session, Error *error)
{
    return session_retry(session, verify_once, error);
}
