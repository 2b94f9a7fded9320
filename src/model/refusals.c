/*
 * Refusals as a list, and as one error that names them all.
 */
#include "model/refusals.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "model/statement.h"

void
refusals_add(Arena *arena, RefusalList *list, const char *what, const char *why, const char *remedy)
{
    Refusal *grown = arena_alloc(arena, sizeof(Refusal) * (size_t)(list->count + 1));

    if (list->count > 0)
        memcpy(grown, list->items, sizeof(Refusal) * (size_t)list->count);
    grown[list->count++] =
        (Refusal){arena_strdup(arena, what), arena_strdup(arena, why), arena_strdup(arena, remedy)};
    list->items = grown;
}

static bool
take_rows(Arena *arena, const Result *result, RefusalList *list)
{
    if (result == NULL)
        return false;
    for (int i = 0; i < result_rows(result); i++)
        refusals_add(arena, list, result_get(result, i, "what"), result_get(result, i, "why"),
                     result_get(result, i, "remedy"));
    return true;
}

bool
matviews_look(Conn *conn, Arena *arena, const char *live, const char *schema, const char *path,
              MatviewFacts *facts, Error *error)
{
    const Result *result =
        statement_run(conn, error, "matviews", "live", live, "schema", schema, "path", path, NULL);

    *facts = (MatviewFacts){0};
    if (result == NULL)
        return false;
    facts->present = result_rows(result) > 0;
    if (!facts->present)
        return true;
    facts->printed = arena_strdup(arena, result_get(result, 0, "printed"));
    facts->read = arena_strdup(arena, result_get(result, 0, "read"));
    return result_get(result, 0, "what") == NULL || take_rows(arena, result, &facts->obstacles);
}

/* Nothing is built there: neither the schema nor the path matters. */
static bool
read_obstacles(Conn *conn, Arena *arena, const char *oid, RefusalList *list, Error *error)
{
    MatviewFacts facts;

    if (!matviews_look(conn, arena, oid, "", "", &facts, error))
        return false;
    for (int i = 0; i < facts.obstacles.count; i++)
        refusals_add(arena, list, facts.obstacles.items[i].what, facts.obstacles.items[i].why,
                     facts.obstacles.items[i].remedy);
    return true;
}

bool
refusals_read(Conn *conn, Arena *arena, const char *oid, bool refresh_matviews,
              bool force_publication, RefusalList *list, Error *error)
{
    return take_rows(arena,
                     statement_run(conn, error, "refusals", "oid", oid, "force_publication",
                                   force_publication ? "true" : "false", NULL),
                     list) &&
           (refresh_matviews || read_obstacles(conn, arena, oid, list, error));
}

bool
refusals_read_green(Conn *conn, Arena *arena, const char *green, RefusalList *list, Error *error)
{
    return take_rows(arena, statement_run(conn, error, "refusals_green", "green", green, NULL),
                     list);
}

bool
refusals_read_change(Conn *conn, Arena *arena, const char *blue, const char *green,
                     const Mapping *mapping, RefusalList *list, Error *error)
{
    return take_rows(arena,
                     statement_run(conn, error, "refusals_change", "oid", blue, "green", green,
                                   "mapped", mapping_rows(arena, mapping), "dropped",
                                   mapping->dropped, NULL),
                     list);
}

bool
refusals_read_sequences(Conn *conn, Arena *arena, const char *blue, const char *green,
                        const Mapping *mapping, RefusalList *list, Error *error)
{
    return take_rows(arena,
                     statement_run(conn, error, "refusals_sequences", "oid", blue, "green", green,
                                   "mapped", mapping_rows(arena, mapping), NULL),
                     list);
}

/* Each remedy once: many objects may have the same one. */
static void
hint_remedies(const RefusalList *list, Error *error)
{
    Text hint = {0};

    for (int i = 0; i < list->count; i++)
    {
        int first = 0;

        while (strcmp(list->items[first].remedy, list->items[i].remedy) != 0)
            first++;
        if (first == i)
            text_printf(&hint, "%s%s", i > 0 ? "\n" : "", list->items[i].remedy);
    }
    error_hint(error, "%s", text_cstr(&hint));
    text_clear(&hint);
}

/* One is told by the message and this, several by a line each. */
static void
detail_reasons(const RefusalList *list, Error *error)
{
    Text detail = {0};
    const char *why = list->items[0].why;

    if (list->count == 1)
        text_printf(&detail, "%c%s.", toupper((unsigned char)*why), why + 1);
    for (int i = 0; list->count > 1 && i < list->count; i++)
        text_printf(&detail, "%s%s: %s", i > 0 ? "\n" : "", list->items[i].what,
                    list->items[i].why);
    error_detail(error, "%s", text_cstr(&detail));
    text_clear(&detail);
}

bool
refusals_check(const RefusalList *list, const char *table, Error *error)
{
    if (list->count == 0)
        return true;
    if (list->count == 1)
        error_set(error, ERROR_REFUSED, "%s cannot be migrated: %s", table, list->items[0].what);
    else
        error_set(error, ERROR_REFUSED, "%s cannot be migrated: %s, and %d more", table,
                  list->items[0].what, list->count - 1);
    detail_reasons(list, error);
    hint_remedies(list, error);
    return false;
}
