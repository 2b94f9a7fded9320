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

/* Makes the view as name, and reads its text as the description would. */
static bool
make(Again *again, const char *view, const char *name, char **text, Error *error)
{
    StatementList list;
    const Result *result;

    if (!statement_collect(again->conn, again->arena, &list, error, "view_again", "schema",
                           again->shape->schema, "name", name, "view", view, "path",
                           again->parameters->path, NULL) ||
        !parameters_use(again->parameters, again->conn, error) ||
        !statement_list_run(again->conn, &list, error) || !parameters_leave(again->conn, error))
        return false;
    result = statement_run(again->conn, error, "view_text", "view",
                           ident_qualified(again->arena, again->shape->schema, name), NULL);
    if (result == NULL)
        return false;
    *text = arena_strdup(again->arena, result_get(result, 0, "text"));
    return true;
}

/* What is made of the first text must stay as it is: it is made a second time on the way back. */
static bool
make_twice(Again *again, const char *view, char **text, bool *stays, Error *error)
{
    char *second;

    if (!make(again, view, "pgswap_again_1", text, error) ||
        !make(again, ident_qualified(again->arena, again->shape->schema, "pgswap_again_1"),
              "pgswap_again_2", &second, error))
        return false;
    *stays = strcmp(*text, second) == 0;
    return true;
}

static bool
read_view(Again *again, DescriptionLine *line, RefusalList *list, Error *error)
{
    const char *view = line->name + sizeof(prefix) - 1;
    Error failure = ERROR_INIT;
    DescriptionLine *expected = description_find(&again->shape->expected, line->name);
    char *text = NULL;
    bool stays = false, made;

    if (!statement_do(again->conn, error, "savepoint", NULL))
        return false;
    made = make_twice(again, view, &text, &stays, &failure);
    if (!made && failure.kind != ERROR_STATEMENT)
    {
        error_move(error, &failure);
        return false;
    }
    if (!made || !stays)
        refusals_add(again->arena, list, arena_printf(again->arena, "view %s", view),
                     made ? "its text becomes another one each time that it is made from it"
                          : arena_printf(again->arena, "its own text cannot make it again: %s",
                                         failure.message),
                     "Write it in other words, or drop it before and create it again after the "
                     "swap.");
    else if (expected != NULL && strcmp(text, line->definition) != 0)
        line->respelled = expected->respelled = text;
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
