/*
 * Running templates.  Each run renders into a scratch arena of its own, so that a phase that goes
 * on for days does not grow.
 */
#include "model/statement.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sql/scan.h"
#include "ui/log.h"

Number
number(int64_t value)
{
    Number result;

    snprintf(result.text, sizeof(result.text), "%" PRId64, value);
    return result;
}

const Result *
statement_run_va(Conn *conn, const TemplateWords *words, Error *error, const char *name,
                 va_list args)
{
    Arena *scratch = arena_new();
    const Result *result = NULL;
    const char *sql = template_render_va(scratch, name, words, error, args);

    if (sql != NULL)
        result = await_query(conn, sql, error);
    if (result == NULL)
    {
        error_step(error, "%s (%s)", template_purpose(scratch, name), name);
        log_debug("template %s failed on connection \"%s\"", name, conn_name(conn));
    }
    arena_free(scratch);
    return result;
}

const Result *
statement_run(Conn *conn, Error *error, const char *name, ...)
{
    va_list args;
    const Result *result;

    va_start(args, name);
    result = statement_run_va(conn, NULL, error, name, args);
    va_end(args);
    return result;
}

bool
statement_do(Conn *conn, Error *error, const char *name, ...)
{
    va_list args;
    const Result *result;

    va_start(args, name);
    result = statement_run_va(conn, NULL, error, name, args);
    va_end(args);
    return result != NULL;
}

/* Grows whenever the count reaches a power of two. */
void
statement_list_add(Arena *arena, StatementList *list, const char *item)
{
    if ((list->count & (list->count - 1)) == 0)
    {
        char **grown = arena_alloc(arena, sizeof(char *) * (size_t)(list->count * 2 + 1));

        if (list->count > 0)
            memcpy(grown, list->items, sizeof(char *) * (size_t)list->count);
        list->items = grown;
    }
    list->items[list->count++] = arena_strdup(arena, item);
}

static void
take_statements(Arena *arena, const Result *result, StatementList *list)
{
    *list = (StatementList){0};
    for (int i = 0; i < result_rows(result); i++)
        statement_list_add(arena, list, result_get(result, i, "statement"));
}

bool
statement_collect_va(Conn *conn, Arena *arena, const TemplateWords *words, StatementList *list,
                     Error *error, const char *name, va_list args)
{
    const Result *result = statement_run_va(conn, words, error, name, args);

    if (result == NULL)
        return false;
    take_statements(arena, result, list);
    return true;
}

bool
statement_collect(Conn *conn, Arena *arena, StatementList *list, Error *error, const char *name,
                  ...)
{
    va_list args;
    bool ok;

    va_start(args, name);
    ok = statement_collect_va(conn, arena, NULL, list, error, name, args);
    va_end(args);
    return ok;
}

bool
statement_list_run(Conn *conn, const StatementList *list, Error *error)
{
    for (int i = 0; i < list->count; i++)
        if (await_query(conn, list->items[i], error) == NULL)
            return error_context(error, "running \"%s\"", list->items[i]);
    return true;
}

/* A text that the server could not read at all has run no statement. */
static void
name_failed(Conn *conn, const char *script, Error *error)
{
    enum
    {
        WIDTH = 80
    };
    Error ignored = ERROR_INIT;
    Arena *scratch = arena_new();
    ScanList list = {0};
    int failed = conn_statements_done(conn);

    if (scan_statements(scratch, script, &list, &ignored) && failed < list.count)
    {
        int length = (int)strcspn(list.items[failed], "\n");
        bool whole = length <= WIDTH && list.items[failed][length] == '\0';

        error_context(error, "in \"%.*s%s\"", length < WIDTH ? length : WIDTH, list.items[failed],
                      whole ? "" : " …");
    }
    error_clear(&ignored);
    arena_free(scratch);
}

bool
statement_script_run(Conn *conn, const char *script, Error *error)
{
    if (await_query(conn, script, error) != NULL)
        return true;
    if (error->sqlstate[0] != '\0' && !error_is(error, "42601"))
        name_failed(conn, script, error);
    return false;
}

bool
statement_generate_va(Conn *conn, const TemplateWords *words, Error *error, const char *name,
                      va_list args)
{
    Arena *scratch = arena_new();
    StatementList list = {0};
    bool ok = statement_collect_va(conn, scratch, words, &list, error, name, args) &&
              statement_list_run(conn, &list, error);

    arena_free(scratch);
    return ok;
}

bool
statement_generate(Conn *conn, Error *error, const char *name, ...)
{
    va_list args;
    bool ok;

    va_start(args, name);
    ok = statement_generate_va(conn, NULL, error, name, args);
    va_end(args);
    return ok;
}

void
statement_rollback(Conn *conn)
{
    Error ignored = ERROR_INIT;

    if (conn_is_open(conn))
        (void)!statement_do(conn, &ignored, "rollback", NULL);
    error_clear(&ignored);
}

/* The rest of the line on which the server found the error. */
static char *
rest_of_line(Arena *arena, const char *sql, int position)
{
    for (int i = 1; i < position && *sql != '\0'; i++)
        do
            sql++;
        while (((unsigned char)*sql & 0xC0) == 0x80); /* a character may take several bytes */
    return arena_printf(arena, "%.*s", (int)strcspn(sql, "\n;"), sql);
}

void
statement_show(Arena *arena, const char *text, const char *sql, Error *error)
{
    if (error->detail != NULL)
        return;
    if (error->position == 0)
        error_detail(error, "The statement is: %s", text);
    else
        error_detail(error, "The statement is: %s; the error is at \"%s\".", text,
                     rest_of_line(arena, sql, error->position));
}
