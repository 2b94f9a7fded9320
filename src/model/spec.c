/*
 * Reads the user's change.  An ALTER TABLE whose actions contain a RENAME or a SET EXPRESSION is
 * cut into several, since PostgreSQL takes a RENAME only alone, and fails (17.10, 18.4) at SET
 * EXPRESSION beside a change of type; all else stays in the statements the user wrote.
 */
#include "model/spec.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/digest.h"
#include "base/text.h"
#include "sql/scan.h"

static const char *const forbidden[] = {
    "BEGIN",     "START",   "COMMIT", "END",    "ROLLBACK", "ABORT", "VACUUM",     "SET", "RESET",
    "SAVEPOINT", "PREPARE", "LISTEN", "NOTIFY", "DISCARD",  "COPY",  "DEALLOCATE", NULL};

static void
add_statement(Arena *arena, Spec *spec, const char *actions, const char *sql)
{
    SpecStatement *grown =
        arena_alloc(arena, sizeof(SpecStatement) * (size_t)(spec->statement_count + 1));

    if (spec->statement_count > 0)
        memcpy(grown, spec->statements, sizeof(SpecStatement) * (size_t)spec->statement_count);
    grown[spec->statement_count].actions = arena_strdup(arena, actions);
    grown[spec->statement_count].sql = arena_strdup(arena, sql);
    spec->statements = grown;
    spec->statement_count++;
}

static bool
check_action(Arena *arena, const char *text, ScanKind *kind, Error *error)
{
    ScanAction action;

    if (!scan_action(arena, text, &action, error))
        return false;
    *kind = action.kind;
    if (action.kind == SCAN_RENAME_TABLE || action.kind == SCAN_SET_SCHEMA)
    {
        error_set(error, ERROR_REFUSED, "a change cannot rename or move the table itself");
        error_detail(error, "The action is: %s", text);
        return error_hint(error, "Do it with a plain ALTER TABLE before or after; it needs no "
                                 "rewrite.");
    }
    return true;
}

/* Actions between two RENAMEs. */
typedef struct Group
{
    Text actions;
    Text
        expressions; /* SET EXPRESSION among them: after the others, as PostgreSQL does them, too */
} Group;

static void
flush(Arena *arena, Spec *spec, Group *group)
{
    Text *const texts[] = {&group->actions, &group->expressions};

    for (int i = 0; i < 2; i++)
    {
        if (texts[i]->length > 0)
            add_statement(arena, spec, texts[i]->data, NULL);
        text_clear(texts[i]);
    }
}

static void
add_action(Arena *arena, Spec *spec, Group *group, const char *text, ScanKind kind)
{
    Text *to = kind == SCAN_SET_EXPRESSION ? &group->expressions : &group->actions;

    if (strcmp(scan_keyword(arena, text), "RENAME") == 0)
    {
        flush(arena, spec, group);
        add_statement(arena, spec, text, NULL);
        return;
    }
    if (to->length > 0)
        text_append(to, ",\n");
    text_append(to, text);
}

static bool
add_actions(Arena *arena, Spec *spec, const char *text, Error *error)
{
    ScanList list;
    Group group = {0};
    bool ok = scan_actions(arena, text, &list, error);

    for (int i = 0; ok && i < list.count; i++)
    {
        ScanKind kind;

        ok = check_action(arena, list.items[i], &kind, error);
        if (ok)
            add_action(arena, spec, &group, list.items[i], kind);
    }
    flush(arena, spec, &group);
    return ok;
}

static bool
check_script_statement(Arena *arena, const char *statement, Error *error)
{
    const char *keyword = scan_keyword(arena, statement);
    int found = 0;

    for (int i = 0; forbidden[i] != NULL; i++)
        if (strcmp(keyword, forbidden[i]) == 0)
        {
            error_set(error, ERROR_REFUSED, "%s cannot be part of a change", keyword);
            return error_hint(
                error, "The whole change runs in one transaction, which pgswap opens and commits.");
        }
    scan_replace_variable(arena, statement, ":green", "", &found);
    if (found == 0)
    {
        error_set(error, ERROR_REFUSED, "a statement of the change does not mention :green");
        error_detail(error, "The statement is: %s", statement);
        return error_hint(error, "Write :green instead of the name of the table, as in ALTER TABLE "
                                 ":green … or CREATE INDEX name ON :green (column); or give the "
                                 "actions of ALTER TABLE with --alter.");
    }
    return true;
}

static bool
add_script(Arena *arena, Spec *spec, const char *script, Error *error)
{
    ScanList list;

    if (!scan_statements(arena, script, &list, error))
        return false;
    for (int i = 0; i < list.count; i++)
    {
        const char *actions;

        if (!check_script_statement(arena, list.items[i], error))
            return false;
        if (!scan_alter_table(list.items[i], ":green", &actions))
            add_statement(arena, spec, NULL, list.items[i]);
        else if (!add_actions(arena, spec, actions, error))
            return false;
    }
    return true;
}

static json_t *
maps_to_json(const SpecMap *maps, int count)
{
    json_t *list = json_array();

    for (int i = 0; i < count; i++)
        json_array_append_new(list, json_pack("{s:s,s:s}", "column", maps[i].column, "expression",
                                              maps[i].expression));
    return list;
}

/* Text that is not UTF-8 makes no item of a list: the hash would be that of another change. */
static bool
is_whole(const json_t *root, const Spec *spec)
{
    return json_array_size(json_object_get(root, "statements")) == (size_t)spec->statement_count &&
           json_array_size(json_object_get(root, "maps")) == (size_t)spec->map_count &&
           json_array_size(json_object_get(root, "reverse_maps")) ==
               (size_t)spec->reverse_map_count;
}

static bool
finish(Arena *arena, Spec *spec, Error *error)
{
    json_t *root = json_object();
    json_t *statements = json_array();
    bool whole;
    Digest digest;
    char *text;

    for (int i = 0; i < spec->statement_count; i++)
        json_array_append_new(statements,
                              spec->statements[i].actions != NULL
                                  ? json_pack("{s:s}", "actions", spec->statements[i].actions)
                                  : json_pack("{s:s}", "sql", spec->statements[i].sql));
    json_object_set_new(root, "statements", statements);
    json_object_set_new(root, "maps", maps_to_json(spec->maps, spec->map_count));
    json_object_set_new(root, "reverse_maps",
                        maps_to_json(spec->reverse_maps, spec->reverse_map_count));
    text = json_dumps(root, JSON_COMPACT | JSON_SORT_KEYS);
    spec->json = arena_strdup(arena, text);
    digest = digest_bytes(text, strlen(text));
    spec->hash =
        arena_printf(arena, "%016lx%016lx", (unsigned long)digest.high, (unsigned long)digest.low);
    free(text);
    whole = is_whole(root, spec);
    json_decref(root);
    return whole || error_set(error, ERROR_FAULT, "the change is not valid UTF-8");
}

static int
list_length(const char *const *list)
{
    int length = 0;

    while (list != NULL && list[length] != NULL)
        length++;
    return length;
}

static bool
read_maps(Arena *arena, const char *const *texts, SpecMap **maps, int *count, Error *error)
{
    *maps = arena_alloc(arena, sizeof(SpecMap) * (size_t)(list_length(texts) + 1));
    for (*count = 0; *count < list_length(texts); (*count)++)
        if (!scan_assignment(arena, texts[*count], &(*maps)[*count].column,
                             &(*maps)[*count].expression, error))
            return false;
    return true;
}

bool
spec_read(Arena *arena, const char *const *alters, const char *script, const char *const *maps,
          const char *const *reverse_maps, Spec *spec, Error *error)
{
    *spec = (Spec){0};
    for (int i = 0; alters != NULL && alters[i] != NULL; i++)
        if (!add_actions(arena, spec, alters[i], error))
            return error_context(error, "--alter");
    if (script != NULL && !add_script(arena, spec, script, error))
        return error_context(error, "--file");
    if (!read_maps(arena, maps, &spec->maps, &spec->map_count, error))
        return error_context(error, "--map");
    if (!read_maps(arena, reverse_maps, &spec->reverse_maps, &spec->reverse_map_count, error))
        return error_context(error, "--reverse-map");
    return finish(arena, spec, error);
}
