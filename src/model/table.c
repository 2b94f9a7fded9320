/*
 * Facts about a table from the catalog.
 */
#include "model/table.h"

#include "model/statement.h"
#include "sql/ident.h"

static bool
read_key(Conn *conn, Arena *arena, Table *table, Error *error)
{
    const Result *result = statement_run(conn, error, "table_key", "oid", table->oid, NULL);

    if (result == NULL)
        return false;
    table->key_count = result_rows(result);
    table->key = arena_alloc(arena, sizeof(KeyColumn) * (size_t)(table->key_count + 1));
    for (int i = 0; i < table->key_count; i++)
    {
        table->key[i].name = arena_strdup(arena, result_get(result, i, "column"));
        table->key[i].type = arena_strdup(arena, result_get(result, i, "type"));
        table->key[i].equality = arena_strdup(arena, result_get(result, i, "equality"));
        table->key_index = arena_strdup(arena, result_get(result, i, "index"));
    }
    return true;
}

static void
take_facts(Arena *arena, const Result *result, Table *table)
{
    *table = (Table){
        .oid = arena_strdup(arena, result_get(result, 0, "oid")),
        .schema = arena_strdup(arena, result_get(result, 0, "schema")),
        .name = arena_strdup(arena, result_get(result, 0, "name")),
        .qualified = arena_strdup(arena, result_get(result, 0, "qualified")),
        .kind = result_get(result, 0, "kind")[0],
        .rows_estimated = result_get_int(result, 0, "rows_estimated"),
        .table_bytes = result_get_int(result, 0, "table_bytes"),
        .index_bytes = result_get_int(result, 0, "index_bytes"),
    };
}

static bool
read_facts(Conn *conn, Arena *arena, const char *oid, Table *table, Error *error)
{
    const Result *result = statement_run(conn, error, "table_facts", "oid", oid, NULL);

    if (result == NULL)
        return false;
    if (result_rows(result) == 0)
        return error_set(error, ERROR_CHANGED, "the table with OID %s no longer exists", oid);
    take_facts(arena, result, table);
    return read_key(conn, arena, table, error);
}

bool
table_locate(Conn *conn, Arena *arena, const char *text, Table *table, Error *error)
{
    char *schema, *name;
    const Result *result;

    if (!ident_parse(arena, text, &schema, &name, error))
        return false;
    /* names are looked up as the role itself would: its own search_path, for this statement */
    if (!statement_do(conn, error, "begin", NULL) ||
        !statement_do(conn, error, "set_local_search_path", NULL))
        return false;
    result = statement_run(conn, error, "table_find", "schema", schema, "table", name, NULL);
    if (result == NULL)
        return false;
    if (result_rows(result) == 0)
    {
        statement_rollback(conn);
        error_set(error, ERROR_FAULT, "there is no table %s", text);
        return error_hint(error,
                          "Names are read as in SQL: without quotes they are folded to lower "
                          "case; name the schema if it is not in the search_path.");
    }
    *table = (Table){.oid = arena_strdup(arena, result_get(result, 0, "oid")),
                     .schema = arena_strdup(arena, result_get(result, 0, "schema")),
                     .name = arena_strdup(arena, result_get(result, 0, "name")),
                     .qualified = arena_strdup(arena, result_get(result, 0, "qualified"))};
    statement_rollback(conn);
    return true;
}

bool
table_find(Conn *conn, Arena *arena, const char *text, Table *table, Error *error)
{
    return table_locate(conn, arena, text, table, error) &&
           read_facts(conn, arena, table->oid, table, error);
}

bool
table_oid(Conn *conn, Arena *arena, const char *schema, const char *name, char **oid, Error *error)
{
    const Result *result =
        statement_run(conn, error, "relation_oid", "schema", schema, "name", name, NULL);

    if (result == NULL)
        return false;
    *oid = result_rows(result) == 0 ? NULL : arena_strdup(arena, result_get(result, 0, "oid"));
    return true;
}
