/*
 * Makes views again under names of ours, each in a savepoint.
 */
#include "model/again.h"

#include <string.h>

#include "model/statement.h"
#include "sql/ident.h"

static const char prefix[] = "text of view ";

typedef struct Again
{
    Conn *conn;
    Arena *arena;
    const Parameters *parameters;
    Shape *shape;
} Again;

/* What is compared of two views. */
typedef struct ViewText
{
    char *text;      /* as the description has it */
    char *operators; /* that it does not name; NULL: the server's own */
} ViewText;

static bool
read_view_text(Again *again, const char *view, ViewText *text, Error *error)
{
    const Result *result = statement_run(again->conn, error, "view_text", "view", view, NULL);

    if (result == NULL)
        return false;
    text->text = arena_strdup(again->arena, result_get(result, 0, "text"));
    text->operators = arena_strdup(again->arena, result_get(result, 0, "operators"));
    return true;
}

/* Makes the view as name, and reads what has become of it. */
static bool
make(Again *again, const char *view, const char *name, ViewText *text, Error *error)
{
    StatementList list;

    if (!statement_collect(again->conn, again->arena, &list, error, "view_again", "schema",
                           again->shape->schema, "name", name, "view", view, "path",
                           again->parameters->path, NULL) ||
        !parameters_use(again->parameters, again->conn, error) ||
        !statement_list_run(again->conn, &list, error) || !parameters_leave(again->conn, error))
        return false;
    return read_view_text(again, ident_qualified(again->arena, again->shape->schema, name), text,
                          error);
}

static bool
same_operators(const ViewText *one, const ViewText *other)
{
    return (one->operators == NULL) == (other->operators == NULL) &&
           (one->operators == NULL || strcmp(one->operators, other->operators) == 0);
}

/* What is made of the first text must stay as it is: it is made a second time on the way back.
 * *problem is why the view cannot be made again, or NULL. */
static bool
make_twice(Again *again, const char *view, ViewText *made, const char **problem, Error *error)
{
    ViewText original, second;

    if (!read_view_text(again, view, &original, error) ||
        !make(again, view, "pgswap_again_1", made, error) ||
        !make(again, ident_qualified(again->arena, again->shape->schema, "pgswap_again_1"),
              "pgswap_again_2", &second, error))
        return false;
    *problem = strcmp(made->text, second.text) != 0
                   ? "its definition changes each time that it is created from its own definition"
               : !same_operators(&original, made)
                   ? "its text does not say which operator IS DISTINCT FROM, NULLIF or CASE means, "
                     "and under the search_path of the table's owner it is another one"
                   : NULL;
    return true;
}

static bool
read_view(Again *again, DescriptionLine *line, RefusalList *list, Error *error)
{
    const char *view = line->name + sizeof(prefix) - 1;
    Error failure = ERROR_INIT;
    DescriptionLine *expected = description_find(&again->shape->expected, line->name);
    ViewText text = {0};
    const char *problem = NULL;

    if (!statement_do(again->conn, error, "savepoint", NULL))
        return false;
    if (!make_twice(again, view, &text, &problem, &failure))
    {
        if (failure.kind != ERROR_STATEMENT)
        {
            error_move(error, &failure);
            return false;
        }
        problem = arena_printf(again->arena, "it cannot be created from its own definition: %s",
                               failure.message);
    }
    if (problem != NULL)
        refusals_add(again->arena, list, arena_printf(again->arena, "view %s", view), problem,
                     "Write it in other words, or drop it before and create it again after the "
                     "swap.");
    else if (expected != NULL && strcmp(text.text, line->definition) != 0)
        line->respelled = expected->respelled = text.text;
    error_clear(&failure);
    return statement_do(again->conn, error, "savepoint_back", NULL);
}

bool
again_read(Conn *conn, Arena *arena, const Parameters *parameters, Shape *shape, RefusalList *list,
           Error *error)
{
    Again again = {conn, arena, parameters, shape};

    for (int i = 0; i < shape->live.count; i++)
        if (strncmp(shape->live.lines[i].name, prefix, sizeof(prefix) - 1) == 0 &&
            strcmp(shape->live.lines[i].definition, "*") != 0 &&
            !read_view(&again, &shape->live.lines[i], list, error))
            return false;
    return true;
}
