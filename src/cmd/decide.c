/*
 * The checks that come before the first thing that run writes.
 */
#include "cmd/decide.h"

#include <string.h>

#include "cmd/change.h"
#include "tool/guard.h"
#include "tool/signals.h"

static bool
refuse_one_way(const Plan *plan, Error *error)
{
    error_set(error, ERROR_REFUSED, "the swap of %s would have no way back", plan->table.qualified);
    error_detail(error, "Reason: %s.", plan->shape.no_way_back);
    return error_hint(error, "Use --no-revert to continue without a way back.");
}

static bool
decide_new(Session *session, Plan *plan, Error *error)
{
    Spec spec;
    bool ok;

    if (!change_is_given(session->options))
    {
        error_set(error, ERROR_FAULT, "no change was given");
        return error_hint(error, "Give it with --alter, --map or --file; --force-rewrite rewrites "
                                 "the table as it is.");
    }
    if (!change_read(session, &spec, error))
        return false;
    ok = plan_examine(&session->context, session->options->table, &spec, plan, error);
    session->table = plan->table.qualified;
    if (!ok)
        return false;
    if (session->target.oid == NULL || strcmp(session->target.oid, plan->table.oid) != 0)
        return error_set(error, ERROR_CHANGED, "another table has taken the name %s meanwhile",
                         plan->table.qualified);
    return (plan->shape.no_way_back == NULL || session->options->no_revert ||
            refuse_one_way(plan, error)) &&
           signals_check(&session->context, error);
}

static bool
check_same_change(Session *session, Error *error)
{
    Spec spec;
    const Migration *migration = session->context.migration;

    if (!change_is_given(session->options) && session->options->reverse_maps == NULL)
        return true; /* nothing said: go on with what is there */
    if (!change_read(session, &spec, error))
        return false;
    if (strcmp(spec.hash, migration->spec_hash) == 0)
        return true;
    error_set(error, ERROR_REFUSED, "another change of %s.%s is under way", migration->schema,
              migration->table);
    error_detail(error, "It is migration %s, in phase %s.", migration->id_text,
                 phase_name(migration->phase));
    return error_hint(error,
                      "Continue it with \"pgswap run\" without a change, or end it with "
                      "\"pgswap %s\".",
                      journal_end(migration));
}

/* The tables are looked at here for plan only: run does that when nothing of an earlier run is in
 * doubt any more. */
bool
decide_run(Session *session, bool take, Decision *decision, Error *error)
{
    Context *context = &session->context;
    Target *target = &session->target;

    *decision = (Decision){.continues = false};
    context->migration = NULL;
    if (!(take ? target_take : target_look)(context->control, context->arena,
                                            session->options->table, target, error))
        return false;
    decision->continues = target->migration != 0 && !target->is_over;
    if (!decision->continues)
        return decide_new(session, &decision->plan, error);
    return target_may_go_on(target, error) &&
           journal_load(context->control, context->arena, target->migration, &context->migration,
                        error) &&
           check_same_change(session, error) && session_may_begin(session, error) &&
           signals_check(context, error) && (take || guard_tables(context, error));
}
