/*
 * Keeps the parameters as JSON; the server makes the statements of it.
 */
#include "model/parameters.h"

#include <string.h>

#include "base/text.h"
#include "model/statement.h"

bool
parameters_read(Conn *conn, Arena *arena, const char *table_oid, char **json, Error *error)
{
    const Result *result = statement_run(conn, error, "parameters_read", "table", table_oid, NULL);

    if (result == NULL)
        return false;
    *json = arena_strdup(arena, result_get(result, 0, "parameters"));
    return true;
}

bool
parameters_take(Conn *conn, Arena *arena, const char *json, Parameters *parameters, Error *error)
{
    const Result *result =
        statement_run(conn, error, "parameters_statements", "parameters", json, NULL);
    Text session = {0}, local = {0}, clauses = {0};

    if (result == NULL)
        return false;
    *parameters = (Parameters){.json = arena_strdup(arena, json), .count = result_rows(result)};
    parameters->items = arena_alloc(arena, sizeof(Parameter) * (size_t)(parameters->count + 1));
    for (int i = 0; i < parameters->count; i++)
    {
        parameters->role = arena_strdup(arena, result_get(result, i, "role"));
        parameters->items[i] = (Parameter){arena_strdup(arena, result_get(result, i, "name")),
                                           arena_strdup(arena, result_get(result, i, "value")),
                                           result_get_bool(result, i, "shown")};
        if (strcmp(parameters->items[i].name, "search_path") == 0)
            parameters->path = arena_strdup(arena, result_get(result, i, "path"));
        if (result_get_bool(result, i, "is_custom"))
            parameters->custom = parameters->items[i].name;
        if (result_get(result, i, "clause") != NULL)
            text_printf(&clauses, "%s\n", result_get(result, i, "clause"));
        if (result_get(result, i, "session") == NULL)
            continue;
        text_printf(&session, "%s\n", result_get(result, i, "session"));
        text_printf(&local, "%s\n", result_get(result, i, "local"));
    }
    parameters->session = arena_strdup(arena, text_cstr(&session));
    parameters->local = arena_strdup(arena, text_cstr(&local));
    parameters->clauses = arena_strdup(arena, text_cstr(&clauses));
    text_clear(&session);
    text_clear(&local);
    text_clear(&clauses);
    return true;
}

const char *
parameters_value(const Parameters *parameters, const char *name)
{
    for (int i = 0; i < parameters->count; i++)
        if (strcmp(parameters->items[i].name, name) == 0)
            return parameters->items[i].value;
    return "";
}

bool
parameters_use_path(const Parameters *parameters, Conn *conn, Error *error)
{
    return statement_do(conn, error, "parameters_path", "path", parameters->path, NULL);
}

bool
parameters_use(const Parameters *parameters, Conn *conn, Error *error)
{
    if (parameters->local[0] == '\0' || await_query(conn, parameters->local, error) != NULL)
        return true;
    if (error_is(error, "42501"))
        error->kind = ERROR_REFUSED;
    return error_context(error, "setting the parameters that the table's owner has");
}

bool
parameters_leave(Conn *conn, Error *error)
{
    return statement_do(conn, error, "parameters_ours", "scope", "LOCAL", NULL);
}
