/*
 * Runs what the templates generate, each statement in a savepoint of its own, so that all that
 * fails is found at once.
 */
#include "model/rehearsal.h"

#include "model/statement.h"

typedef struct Rehearsal
{
    Conn *conn;
    Arena *arena;
    const Table *blue;
    const Parameters *parameters;
    const Shape *shape;
    RefusalList *list;
    char *printed; /* search_path that texts are printed with */
    char *read;    /* and that they are read back with */
} Rehearsal;

typedef struct Act
{
    char *object;
    char *statement;
    char *remedy;
    bool keep;
} Act;

static bool
set_scene(Rehearsal *r, Error *error)
{
    const Result *result =
        statement_run(r->conn, error, "rehearsal_scene", "oid", r->blue->oid, "schema",
                      r->shape->schema, "path", r->parameters->path, NULL);
    StatementList scene = {0};

    if (result == NULL)
        return false;
    for (int i = 0; i < result_rows(result); i++)
    {
        r->printed = arena_strdup(r->arena, result_get(result, i, "printed"));
        r->read = arena_strdup(r->arena, result_get(result, i, "read"));
        if (result_get(result, i, "statement") != NULL)
            statement_list_add(r->arena, &scene, result_get(result, i, "statement"));
    }
    return statement_list_run(r->conn, &scene, error);
}

static bool
read_acts(Rehearsal *r, Act **acts, int *count, Error *error)
{
    const Result *result =
        statement_run(r->conn, error, "rehearsal", "oid", r->blue->oid, "schema", r->shape->schema,
                      "printed", r->printed, "mapped", mapping_rows(r->arena, &r->shape->mapping),
                      "dropped", r->shape->mapping.dropped, NULL);

    if (result == NULL)
        return false;
    *count = result_rows(result);
    *acts = arena_alloc(r->arena, sizeof(Act) * (size_t)(*count + 1));
    for (int i = 0; i < *count; i++)
        (*acts)[i] = (Act){arena_strdup(r->arena, result_get(result, i, "object")),
                           arena_strdup(r->arena, result_get(result, i, "statement")),
                           arena_strdup(r->arena, result_get(result, i, "remedy")),
                           result_get_bool(result, i, "keep")};
    return true;
}

/* An error of the statement is what is looked for, any other one is an error. */
static bool
try_act(Rehearsal *r, const Act *act, Error *error)
{
    Error failure = ERROR_INIT;
    bool failed;

    if (!statement_do(r->conn, error, "savepoint", NULL))
        return false;
    failed = await_query(r->conn, act->statement, &failure) == NULL;
    if (failed && failure.kind != ERROR_STATEMENT)
    {
        error_move(error, &failure);
        return error_context(error, "trying %s on the new table", act->object);
    }
    if (failed)
        refusals_add(
            r->arena, r->list, act->object,
            arena_printf(r->arena, "it cannot be recreated on the new table: %s", failure.message),
            act->remedy);
    error_clear(&failure);
    return (act->keep && !failed) || statement_do(r->conn, error, "savepoint_back", NULL);
}

bool
rehearsal_run(Conn *conn, Arena *arena, const Table *blue, const Parameters *parameters,
              const Shape *shape, RefusalList *list, Error *error)
{
    Rehearsal r = {conn, arena, blue, parameters, shape, list, NULL, NULL};
    Act *acts;
    int count;

    if (!set_scene(&r, error) || !read_acts(&r, &acts, &count, error) ||
        !parameters_use(parameters, conn, error) ||
        !statement_do(conn, error, "rehearsal_read", "path", r.read, NULL))
        return false;
    for (int i = 0; i < count; i++)
        if (!try_act(&r, &acts[i], error))
            return false;
    return parameters_leave(conn, error);
}
