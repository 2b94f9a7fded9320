/*
 * Reads objects, expectations, refusals and warnings off green after the change.
 */
#include "model/outcome.h"

#include <string.h>

#include "base/text.h"
#include "model/again.h"
#include "model/refusals.h"
#include "model/statement.h"
#include "sql/ident.h"

typedef struct Outcome
{
    Conn *conn;
    Arena *arena;
    const Table *blue;
    const Parameters *parameters;
    Shape *shape;
    bool shape_changes;
} Outcome;

static bool
read_objects(Outcome *o, Error *error)
{
    const Result *result =
        statement_run(o->conn, error, "green_objects", "path", o->parameters->path, "green",
                      o->shape->green, "blue", o->blue->oid, "home", o->blue->qualified, NULL);

    if (result == NULL)
        return false;
    o->shape->object_count = result_rows(result);
    o->shape->objects =
        arena_alloc(o->arena, sizeof(ShapeObject) * (size_t)(o->shape->object_count + 1));
    for (int i = 0; i < o->shape->object_count; i++)
        o->shape->objects[i] =
            (ShapeObject){arena_strdup(o->arena, result_get(result, i, "kind")),
                          arena_strdup(o->arena, result_get(result, i, "name")),
                          arena_strdup(o->arena, result_get(result, i, "statement")),
                          arena_strdup(o->arena, result_get(result, i, "unique_columns")),
                          arena_strdup(o->arena, result_get(result, i, "unique_predicate"))};
    return parameters_leave(o->conn, error);
}

/* Lines of live that come over to green in the swap, but not as they are: sequences that blue's
 * columns own may get another type, foreign keys follow renamed columns. */
static bool
expect_moved(Outcome *o, Error *error)
{
    const Result *result = statement_run(o->conn, error, "expected", "oid", o->blue->oid, "mapped",
                                         mapping_rows(o->arena, &o->shape->mapping), "dropped",
                                         o->shape->mapping.dropped, "earlier", NULL, NULL);

    if (result == NULL)
        return false;
    for (int i = 0; i < result_rows(result); i++)
    {
        const char *name = result_get(result, i, "name");
        DescriptionLine *line = description_find(&o->shape->expected, name);

        if (result_get_bool(result, i, "stays"))
            description_remove(&o->shape->expected, name);
        else if (line != NULL)
            line->definition = arena_strdup(o->arena, result_get(result, i, "definition"));
    }
    return true;
}

/* What depends on a column with a new type may be deparsed in other words, on the way there and on
 * the way back. */
static bool
expect_respelled(Outcome *o, Error *error)
{
    const char *schema = literal_quote(o->arena, o->blue->schema);
    const Result *result =
        statement_run(o->conn, error, "retyped_dependents", "oid", o->blue->oid, "mapped",
                      mapping_rows(o->arena, &o->shape->mapping), "from", schema, "to", schema,
                      "known", "NULL::jsonb", NULL);

    if (result == NULL)
        return false;
    for (int i = 0; i < result_rows(result); i++)
    {
        const char *name = result_get(result, i, "name");
        const char *operators = arena_printf(o->arena, "operators of %s", name);

        description_any(o->arena, &o->shape->expected, name);
        description_any(o->arena, &o->shape->live, name);
        description_any(o->arena, &o->shape->expected, operators);
        description_any(o->arena, &o->shape->live, operators);
    }
    return true;
}

static bool
read_dropped(Outcome *o, Error *error)
{
    const Result *result = statement_run(o->conn, error, "dropped_constraints", "blue",
                                         o->blue->oid, "green", o->shape->green, NULL);
    Text list = {0};

    if (result == NULL)
        return false;
    for (int i = 0; i < result_rows(result); i++)
        text_append_item(&list, literal_quote(o->arena, result_get(result, i, "name")));
    o->shape->mapping.dropped = arena_strdup(o->arena, text_cstr(&list));
    text_reset(&list);
    for (int i = 0; i < o->shape->object_count; i++)
        if (strcmp(o->shape->objects[i].kind, "foreign green") == 0)
            text_append_item(&list, literal_quote(o->arena, o->shape->objects[i].name));
    o->shape->reverse.dropped = arena_strdup(o->arena, text_cstr(&list));
    text_clear(&list);
    return true;
}

static bool
read_computed(Outcome *o, Error *error)
{
    const Result *result = statement_run(o->conn, error, "parameters_matter", "green",
                                         o->shape->green, "blue", o->blue->oid, NULL);

    if (result == NULL)
        return false;
    for (int i = 0; i < result_rows(result); i++)
        notes_add(o->arena, &o->shape->computed, result_get(result, i, "name"));
    if (o->shape->computed.count == 0)
        return true;
    result = statement_run(o->conn, error, "search_path_open", "table", o->blue->oid, "path",
                           o->parameters->path, NULL);
    for (int i = 0; result != NULL && i < result_rows(result); i++)
        notes_add(o->arena, &o->shape->warnings, result_get(result, i, "warning"));
    return result != NULL;
}

static bool
read_warnings(Outcome *o, Error *error)
{
    const Result *result =
        statement_run(o->conn, error, "warnings", "oid", o->blue->oid, "shape_changes",
                      o->shape_changes ? "true" : "false", "mapped",
                      mapping_rows(o->arena, &o->shape->mapping), NULL);

    if (result == NULL)
        return false;
    for (int i = 0; i < result_rows(result); i++)
        notes_add(o->arena, &o->shape->warnings, result_get(result, i, "warning"));
    return true;
}

static bool
read_outcome(Outcome *o, Error *error)
{
    Description green;
    RefusalList refusals = {0};

    if (!read_objects(o, error) || !read_dropped(o, error) ||
        !refusals_read_green(o->conn, o->arena, o->shape->green, &refusals, error) ||
        !refusals_read_change(o->conn, o->arena, o->blue->oid, o->shape->green, &o->shape->mapping,
                              &refusals, error) ||
        !refusals_check(&refusals, o->blue->qualified, error))
        return false;
    if (!description_read(o->conn, o->arena, o->shape->green, o->shape->schema, o->blue->schema,
                          NULL, &green, error))
        return false;
    o->shape->expected = description_merge(o->arena, &green, &o->shape->live);
    return expect_moved(o, error) && expect_respelled(o, error) &&
           again_read(o->conn, o->arena, o->parameters, o->shape, &refusals, error) &&
           refusals_check(&refusals, o->blue->qualified, error) && read_computed(o, error) &&
           read_warnings(o, error);
}

bool
outcome_read(Conn *conn, Arena *arena, const Table *blue, const Parameters *parameters,
             bool shape_changes, Shape *shape, Error *error)
{
    Outcome o = {conn, arena, blue, parameters, shape, shape_changes};

    return read_outcome(&o, error);
}
