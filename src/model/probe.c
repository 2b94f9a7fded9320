/*
 * Expressions become policies of the probe.  They follow later renames of its columns, so an
 * expression parsed under the names of one moment of the change is spelled in blue's names at its
 * end.
 */
#include "model/probe.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/statement.h"
#include "model/table.h"

static bool
read_defaults(Conn *conn, Arena *arena, const Parameters *parameters, const char *oid,
              ColumnList *list, Error *error)
{
    const Result *result;

    if (!parameters_use_path(parameters, conn, error))
        return false;
    result = statement_run(conn, error, "column_defaults", "oid", oid, NULL);
    if (result == NULL)
        return false;
    for (int i = 0; i < result_rows(result); i++)
        for (int k = 0; k < list->count; k++)
            if (list->items[k].attnum == result_get_int(result, i, "attnum"))
                list->items[k].default_expression =
                    arena_strdup(arena, result_get(result, i, "expression"));
    return parameters_leave(conn, error);
}

bool
columns_read(Conn *conn, Arena *arena, const Parameters *parameters, const char *oid,
             ColumnList *list, Error *error)
{
    const Result *result = statement_run(conn, error, "columns", "oid", oid, NULL);

    if (result == NULL)
        return false;
    list->count = result_rows(result);
    list->items = arena_alloc(arena, sizeof(Column) * (size_t)(list->count + 1));
    for (int i = 0; i < list->count; i++)
        list->items[i] = (Column){
            .attnum = (int)result_get_int(result, i, "attnum"),
            .name = arena_strdup(arena, result_get(result, i, "name")),
            .type = arena_strdup(arena, result_get(result, i, "type")),
            .cast_type = arena_strdup(arena, result_get(result, i, "cast_type")),
            .type_oid = arena_strdup(arena, result_get(result, i, "type_oid")),
            .type_modifier = arena_strdup(arena, result_get(result, i, "type_modifier")),
            .collation = arena_strdup(arena, result_get(result, i, "collation")),
            .type_identity = arena_strdup(arena, result_get(result, i, "type_identity")),
            .not_null = result_get_bool(result, i, "not_null"),
            .generated = result_get_bool(result, i, "generated"),
            .identity = result_get_bool(result, i, "identity"),
            .domain_default = result_get_bool(result, i, "domain_default"),
            .next_value = arena_strdup(arena, result_get(result, i, "next_value")),
            .has_binary_form = result_get_bool(result, i, "has_binary_form"),
        };
    return read_defaults(conn, arena, parameters, oid, list, error);
}

const Column *
columns_by_name(const ColumnList *list, const char *name)
{
    for (int i = 0; i < list->count; i++)
        if (strcmp(list->items[i].name, name) == 0)
            return &list->items[i];
    return NULL;
}

const Column *
columns_by_attnum(const ColumnList *list, int attnum)
{
    for (int i = 0; i < list->count; i++)
        if (list->items[i].attnum == attnum)
            return &list->items[i];
    return NULL;
}

bool
columns_generate_apart(const Column *one, const Column *other)
{
    return one->generated && other->generated &&
           strcmp(one->default_expression, other->default_expression) != 0;
}

bool
probe_open(Probe *probe, Conn *conn, Arena *arena, const Parameters *parameters, const char *schema,
           const char *source, const char *name, Error *error)
{
    *probe = (Probe){
        .conn = conn, .arena = arena, .parameters = parameters, .schema = schema, .name = name};
    return statement_do(conn, error, "probe_create", "schema", schema, "name", name, "source",
                        source, NULL) &&
           table_oid(conn, arena, schema, name, &probe->oid, error);
}

bool
probe_take_names(Probe *probe, const char *oid, bool by_attnum, Error *error)
{
    return statement_generate(probe->conn, error, "probe_names", "source", oid, "probe", probe->oid,
                              "schema", probe->schema, "name", probe->name, "by_attnum",
                              by_attnum ? "true" : "false", NULL);
}

bool
probe_parse(Probe *probe, const char *expression, char **policy, Error *error)
{
    *policy = arena_printf(probe->arena, "pgswap_%d", ++probe->expressions);
    if (!parameters_use(probe->parameters, probe->conn, error))
        return false;
    if (!statement_do(probe->conn, error, "probe_expression", "schema", probe->schema, "name",
                      probe->name, "policy", *policy, "expression", expression, NULL))
        return error_context(error, "in the expression %s", expression);
    return parameters_leave(probe->conn, error);
}

/* The server's spelling of it, which means the same to sessions with these parameters. */
static bool
read_text(Probe *probe, const char *policy, char **text, Error *error)
{
    const Result *result;

    if (!parameters_use_path(probe->parameters, probe->conn, error))
        return false;
    result = statement_run(probe->conn, error, "expression_text", "probe", probe->oid, "policy",
                           policy, NULL);
    if (result == NULL)
        return false;
    *text = arena_strdup(probe->arena, result_get(result, 0, "expression"));
    return parameters_leave(probe->conn, error);
}

bool
probe_read(Probe *probe, const char *policy, Expression *expression, Error *error)
{
    const Result *result;
    const char *reason;

    if (!read_text(probe, policy, &expression->text, error))
        return false;
    result = statement_run(probe->conn, error, "expression_facts", "probe", probe->oid, "policy",
                           policy, NULL);
    if (result == NULL)
        return false;
    reason = result_get(result, 0, "volatile");
    if (reason == NULL)
        reason = result_get(result, 0, "undetermined");
    expression->undetermined = arena_strdup(probe->arena, reason);
    expression->session_format = result_get_bool(result, 0, "uses_session_format");
    expression->calls_functions = result_get_bool(result, 0, "calls_functions");
    return true;
}

static bool
begin_try(Probe *probe, Error *error)
{
    return statement_do(probe->conn, error, "savepoint", NULL) &&
           parameters_use(probe->parameters, probe->conn, error);
}

/* Ends it, as if it had not been: the tried error is no error if it is of the class that means no.
 */
static bool
end_try(Probe *probe, Error *failure, const char *expected_class, bool holds, Error *error)
{
    if (!holds && strncmp(failure->sqlstate, expected_class, strlen(expected_class)) != 0)
    {
        error_move(error, failure);
        return false;
    }
    error_clear(failure);
    return statement_do(probe->conn, error, "savepoint_back", NULL);
}

bool
probe_ask_over(Probe *probe, const char *expression, const char *key_columns, bool *holds,
               Error *error)
{
    Error failure = ERROR_INIT;

    if (!begin_try(probe, error))
        return false;
    *holds =
        statement_do(probe->conn, &failure, "probe_key_expression", "schema", probe->schema, "name",
                     probe->name, "expression", expression, "key_columns", key_columns, NULL);
    return end_try(probe, &failure, "42703", *holds, error);
}

bool
probe_ask_assigns(Probe *probe, const char *expression, const char *type, bool *holds, Error *error)
{
    Error failure = ERROR_INIT;

    if (!begin_try(probe, error))
        return false;
    *holds = statement_do(probe->conn, &failure, "probe_assign", "schema", probe->schema, "name",
                          probe->name, "type", type, "expression", expression, NULL);
    return end_try(probe, &failure, "42", *holds, error);
}

bool
probe_close(Probe *probe, Error *error)
{
    return statement_do(probe->conn, error, "probe_drop", "schema", probe->schema, NULL);
}
