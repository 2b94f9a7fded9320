/*
 * Descriptions as sorted lists of lines, and their comparison.
 */
#include "model/description.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/difference.h"
#include "model/statement.h"
#include "sql/template.h"

enum
{
    DIFFERENCES_SHOWN = 10
};

static int
by_name(const void *a, const void *b)
{
    return strcmp(((const DescriptionLine *)a)->name, ((const DescriptionLine *)b)->name);
}

/* The description is parsed and planned once a connection. */
static bool
prepare_description(Conn *conn, Error *error)
{
    const Result *result =
        statement_run(conn, error, "is_prepared", "name", "pgswap_description", NULL);
    Arena *scratch;
    char *sql;
    bool ok;

    if (result == NULL)
        return false;
    if (result_get_bool(result, 0, "holds"))
        return true;
    scratch = arena_new();
    sql = template_render(scratch, "description", error, "oid", "$1", "from", "$2", "to", "$3",
                          "known", "$4", NULL);
    ok = sql != NULL &&
         statement_do(conn, error, "prepare", "name", "pgswap_description (oid, text, text, jsonb)",
                      "statement", sql, NULL);
    arena_free(scratch);
    return ok;
}

/* Somebody dropped what was about to be described, and committed while we waited for its lock (no
 * code of its own: relation_open() and the lookups of PostgreSQL's caches).  Nothing is wrong; it
 * can be read again. */
static bool
explain_drop(Error *error)
{
    if (!error_is(error, "XX000") || (strstr(error->message, "could not open relation") == NULL &&
                                      strstr(error->message, "cache lookup failed") == NULL))
        return false;
    error->kind = ERROR_AGAIN;
    return error_hint(error, "Something that depends on the table was dropped while it was read. "
                             "Run the same command again.");
}

static void
take_line(Arena *arena, const Result *result, int row, Description *description)
{
    const char *scope = result_get(result, row, "scope");

    description->lines[description->count++] = (DescriptionLine){
        .in_swap = strcmp(scope, "swap") == 0,
        .is_marked = strcmp(scope, "marked") == 0,
        .name = arena_strdup(arena, result_get(result, row, "name")),
        .definition = arena_strdup(arena, result_get(result, row, "definition")),
    };
}

static char *
dump(Arena *arena, json_t *root)
{
    char *text = json_dumps(root, JSON_COMPACT);
    char *copy = arena_strdup(arena, text);

    free(text);
    json_decref(root);
    return copy;
}

static void
take_marked(const Description *known, Description *description)
{
    for (int i = 0; i < known->count; i++)
        if (known->lines[i].is_marked)
            description->lines[description->count++] = known->lines[i];
}

static void
take_answer(Arena *arena, const Result *result, const Description *known, Description *description)
{
    int room = result_rows(result) + (known == NULL ? 0 : known->count) + 1;
    json_t *texts = json_object();

    *description =
        (Description){.lines = arena_alloc(arena, sizeof(DescriptionLine) * (size_t)room)};
    for (int i = 0; i < result_rows(result); i++)
    {
        const char *scope = result_get(result, i, "scope");

        if (strcmp(scope, "known") == 0)
            json_object_set_new(texts, result_get(result, i, "name"),
                                json_string(result_get(result, i, "definition")));
        else if (strcmp(scope, "same") == 0)
            take_marked(known, description);
        else
            take_line(arena, result, i, description);
    }
    description->known = dump(arena, texts);
    qsort(description->lines, (size_t)description->count, sizeof(DescriptionLine), by_name);
}

bool
description_read(Conn *conn, Arena *arena, const char *oid, const char *schema, const char *home,
                 const Description *known, Description *description, Error *error)
{
    const Result *result;

    if (!prepare_description(conn, error))
        return false;
    result = statement_run(conn, error, "description_execute", "oid", oid, "from", schema, "to",
                           home, "known", known == NULL ? NULL : known->known, NULL);
    if (result == NULL)
        return explain_drop(error);
    take_answer(arena, result, known, description);
    return true;
}

char *
description_to_json(Arena *arena, const Description *description)
{
    json_t *root = json_array();

    for (int i = 0; i < description->count; i++)
        json_array_append_new(root, json_pack("{s:b,s:s,s:s,s:s*}", "swap",
                                              (int)description->lines[i].in_swap, "name",
                                              description->lines[i].name, "definition",
                                              description->lines[i].definition, "respelled",
                                              description->lines[i].respelled));
    return dump(arena, root);
}

static bool
line_from_json(Arena *arena, const json_t *item, DescriptionLine *line)
{
    const json_t *swap = json_object_get(item, "swap"), *name = json_object_get(item, "name");
    const json_t *definition = json_object_get(item, "definition");
    const json_t *respelled = json_object_get(item, "respelled");

    *line = (DescriptionLine){
        .in_swap = json_is_true(swap),
        .name = arena_strdup(arena, json_string_value(name)),
        .definition = arena_strdup(arena, json_string_value(definition)),
        .respelled = arena_strdup(arena, json_string_value(respelled)),
    };
    return json_is_boolean(swap) && json_is_string(name) && json_is_string(definition) &&
           (respelled == NULL || json_is_string(respelled));
}

bool
description_from_json(Arena *arena, const char *json, Description *description, Error *error)
{
    json_t *root = json_loads(json, 0, NULL);
    bool whole = json_is_array(root);

    *description = (Description){
        .lines = arena_alloc(arena, sizeof(DescriptionLine) * (json_array_size(root) + 1))};
    for (size_t i = 0; whole && i < json_array_size(root); i++, description->count++)
        whole = line_from_json(arena, json_array_get(root, i), &description->lines[i]) &&
                (i == 0 || by_name(&description->lines[i - 1], &description->lines[i]) <= 0);
    json_decref(root);
    return whole || error_set(error, ERROR_FAULT, "a description kept in the state is damaged");
}

DescriptionLine *
description_find(const Description *description, const char *name)
{
    for (int i = 0; i < description->count; i++)
        if (strcmp(description->lines[i].name, name) == 0)
            return &description->lines[i];
    return NULL;
}

void
description_any(Arena *arena, Description *description, const char *name)
{
    DescriptionLine *line = description_find(description, name);

    if (line != NULL)
        line->definition = arena_strdup(arena, "*");
}

void
description_remove(Description *description, const char *name)
{
    DescriptionLine *line = description_find(description, name);

    if (line == NULL)
        return;
    memmove(line, line + 1,
            (size_t)(description->lines + description->count - line - 1) * sizeof(*line));
    description->count--;
}

/* What is told of a line, by the one who looks: what others did, or what came out otherwise. */
static const struct
{
    const char *added;
    const char *dropped;
    const char *changed;
    const char *was;
} words[] = {
    [DESCRIPTION_CHANGE] = {"was added", "was dropped", "was altered", "was"},
    [DESCRIPTION_OUTCOME] = {"is new", "is missing", "differs", "should be"},
};

typedef struct Comparison
{
    Arena *arena;
    DescriptionScope scope;
    DescriptionReason reason;
    bool moved_only; /* the pass for columns that are in another place, and nothing else */
    Text text;
    int count;
} Comparison;

static void
note_difference(Comparison *c, const DescriptionLine *before, const DescriptionLine *now)
{
    Text *text = &c->text;

    if (++c->count > DIFFERENCES_SHOWN)
        return;
    if (text->length > 0)
        text_append_char(text, '\n');
    if (now == NULL)
        text_printf(text, "%s %s", before->name, words[c->reason].dropped);
    else if (before == NULL)
        text_printf(text, "%s %s", now->name, words[c->reason].added);
    else
    {
        text_printf(text, "%s %s: ", now->name, words[c->reason].changed);
        difference_append(c->arena, text, words[c->reason].was, before->definition,
                          now->definition);
    }
}

static void
compare_lines(Comparison *c, const DescriptionLine *before, const DescriptionLine *now)
{
    bool moved = false;

    if (c->scope == DESCRIPTION_OWN &&
        ((before != NULL && before->in_swap) || (before == NULL && now->in_swap)))
        return;
    if (before != NULL && now != NULL)
    {
        if (strcmp(before->definition, "*") == 0 ||
            strcmp(before->definition, now->definition) == 0 ||
            (before->respelled != NULL && strcmp(before->respelled, now->definition) == 0))
            return;
        moved = difference_is_position(before->definition, now->definition);
    }
    if (moved == c->moved_only)
        note_difference(c, before, now);
}

/* A merge of two sorted lists. */
static void
compare_lists(Comparison *c, const Description *before, const Description *now)
{
    int a = 0, b = 0;

    while (a < before->count || b < now->count)
    {
        const DescriptionLine *want = a < before->count ? &before->lines[a] : NULL;
        const DescriptionLine *have = b < now->count ? &now->lines[b] : NULL;
        int order = want == NULL ? 1 : have == NULL ? -1 : strcmp(want->name, have->name);

        compare_lines(c, order <= 0 ? want : NULL, order >= 0 ? have : NULL);
        a += order <= 0;
        b += order >= 0;
    }
}

/* That a column has moved is worth a word only where nothing else differs: all do that stand behind
 * one that was dropped. */
char *
description_compare(Arena *arena, const Description *expected, const Description *actual,
                    DescriptionScope scope, DescriptionReason reason)
{
    Comparison c = {.arena = arena, .scope = scope, .reason = reason};
    char *copy = NULL;

    compare_lists(&c, expected, actual);
    if (c.count == 0)
    {
        c.moved_only = true;
        compare_lists(&c, expected, actual);
    }
    if (c.count > DIFFERENCES_SHOWN)
        text_printf(&c.text, "\n… and %d more", c.count - DIFFERENCES_SHOWN);
    if (c.text.length > 0)
        copy = arena_strdup(arena, c.text.data);
    text_clear(&c.text);
    return copy;
}

Description
description_merge(Arena *arena, const Description *own, const Description *live)
{
    Description merged = {0};

    merged.lines =
        arena_alloc(arena, sizeof(DescriptionLine) * (size_t)(own->count + live->count + 1));
    for (int i = 0; i < own->count; i++)
        merged.lines[merged.count++] = own->lines[i];
    for (int i = 0; i < live->count; i++)
        if (live->lines[i].in_swap && description_find(own, live->lines[i].name) == NULL)
            merged.lines[merged.count++] = live->lines[i];
    qsort(merged.lines, (size_t)merged.count, sizeof(DescriptionLine), by_name);
    return merged;
}

bool
description_require(Conn *conn, const char *oid, const char *schema, const Description *known,
                    const Description *expected, DescriptionReason reason, Error *error,
                    const char *format, ...)
{
    Arena *arena = arena_new();
    Description now;
    char *difference = NULL;
    bool ok = description_read(conn, arena, oid, schema, schema, known, &now, error);

    if (ok)
        difference = description_compare(arena, expected, &now, DESCRIPTION_ALL, reason);
    if (difference != NULL)
    {
        va_list args;

        va_start(args, format);
        ok = error_set(error, ERROR_CHANGED, "%s", arena_vprintf(arena, format, args));
        va_end(args);
        error_detail(error, "%s", difference);
    }
    arena_free(arena);
    return ok;
}
