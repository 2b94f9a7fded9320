/*
 * Build: green, the mapping and the state, in one transaction.  Nothing of it is there, or all.
 */
#include "phase/build.h"

#include <inttypes.h>

#include "model/shape.h"
#include "model/statement.h"

static bool
strip_green(Conn *conn, const Table *blue, const Shape *shape, Error *error)
{
    return statement_generate(conn, error, "green_strip", "standby_oid", shape->green, "live_oid",
                              blue->oid, NULL);
}

static bool
build(Context *context, const Table *blue, const Spec *spec, const Parameters *parameters,
      int64_t *id, Error *error)
{
    Shape shape;
    Conn *conn = context->control;

    if (!journal_number(conn, id, error) || !statement_do(conn, error, "begin", NULL) ||
        !journal_create(conn, context->arena, blue, spec, parameters, *id, error))
        return false;
    return shape_make(conn, context->arena, blue, spec, parameters,
                      arena_printf(context->arena, "pgswap_%" PRId64 "_green", *id), &shape,
                      error) &&
           statement_generate(conn, error, "green_schema", "schema",
                              arena_printf(context->arena, "pgswap_%" PRId64 "_blue", *id), "blue",
                              blue->oid, NULL) &&
           journal_add_pair(conn, context->arena, *id, 1, blue, &shape, error) &&
           strip_green(conn, blue, &shape, error) && statement_do(conn, error, "commit", NULL);
}

bool
build_run(Context *context, Error *error)
{
    const Order *order = context->order;
    int64_t id;
    Migration *migration = arena_alloc(context->arena, sizeof(Migration));

    if (!build(context, order->blue, order->spec, order->parameters, &id, error))
    {
        statement_rollback(context->control);
        return false;
    }
    migration->id = id;
    context->migration = migration;
    return journal_reload(context->control, context->arena, migration, error);
}
