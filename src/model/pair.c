/*
 * Derives the lists of a pair: each is a loop over the key or the mapped columns, with a pattern
 * for one item.
 */
#include "model/pair.h"

#include <string.h>

#include "base/text.h"
#include "sql/ident.h"
#include "sql/template.h"

/* One item of a list over the key: n is the number of the key column from 1. */
typedef char *(*KeyItem)(Arena *arena, const MapKey *key, int n);

static char *
key_list(Arena *arena, const Mapping *mapping, const char *separator, KeyItem item)
{
    Text list = {0};
    char *copy;

    for (int i = 0; i < mapping->key_count; i++)
    {
        if (i > 0)
            text_append(&list, separator);
        text_append(&list, item(arena, &mapping->keys[i], i + 1));
    }
    copy = arena_strdup(arena, text_cstr(&list));
    text_clear(&list);
    return copy;
}

static char *
item_definition(Arena *arena, const MapKey *key, int n)
{
    return arena_printf(arena, "k%d %s", n, key->live_type);
}

static char *
item_name(Arena *arena, const MapKey *key, int n)
{
    (void)key;
    return arena_printf(arena, "k%d", n);
}

static char *
item_new(Arena *arena, const MapKey *key, int n)
{
    (void)n;
    return arena_printf(arena, "n.%s", ident_quote(arena, key->live));
}

static char *
item_old(Arena *arena, const MapKey *key, int n)
{
    (void)n;
    return arena_printf(arena, "o.%s", ident_quote(arena, key->live));
}

static char *
item_row_new(Arena *arena, const MapKey *key, int n)
{
    (void)n;
    return arena_printf(arena, "NEW.%s", ident_quote(arena, key->live));
}

static char *
item_row_old(Arena *arena, const MapKey *key, int n)
{
    (void)n;
    return arena_printf(arena, "OLD.%s", ident_quote(arena, key->live));
}

static char *
item_live(Arena *arena, const MapKey *key, int n)
{
    (void)n;
    return arena_printf(arena, "live.%s", ident_quote(arena, key->live));
}

static char *
item_live_match(Arena *arena, const MapKey *key, int n)
{
    return arena_printf(arena, "d.k%d %s live.%s", n, key->live_equality,
                        ident_quote(arena, key->live));
}

static char *
item_dirty(Arena *arena, const MapKey *key, int n)
{
    return arena_printf(arena, "d.k%d AS %s", n, ident_quote(arena, key->live));
}

static char *
item_expression(Arena *arena, const MapKey *key, int n)
{
    return arena_printf(arena, "%s AS k%d", key->expression, n);
}

static char *
item_standby(Arena *arena, const MapKey *key, int n)
{
    (void)n;
    return arena_printf(arena, "standby.%s", ident_quote(arena, key->standby));
}

static char *
item_standby_match(Arena *arena, const MapKey *key, int n)
{
    return arena_printf(arena, "standby.%s %s pending.k%d", ident_quote(arena, key->standby),
                        key->standby_equality, n);
}

static char *
item_plain(Arena *arena, const MapKey *key, int n)
{
    (void)arena;
    (void)n;
    return key->live;
}

static void
derive_key(Arena *arena, Pair *pair)
{
    const Mapping *mapping = &pair->mapping;

    pair->key_names = key_list(arena, mapping, ", ", item_plain);
    pair->key_definitions = key_list(arena, mapping, ", ", item_definition);
    pair->keys = key_list(arena, mapping, ", ", item_name);
    pair->new_keys = key_list(arena, mapping, ", ", item_new);
    pair->old_keys = key_list(arena, mapping, ", ", item_old);
    pair->row_new = key_list(arena, mapping, ", ", item_row_new);
    pair->row_old = key_list(arena, mapping, ", ", item_row_old);
    pair->live_key = key_list(arena, mapping, ", ", item_live);
    pair->live_match = key_list(arena, mapping, " AND ", item_live_match);
    pair->dirty_columns = key_list(arena, mapping, ", ", item_dirty);
    pair->key_expressions = key_list(arena, mapping, ", ", item_expression);
    pair->standby_key = key_list(arena, mapping, ", ", item_standby);
    pair->standby_match = key_list(arena, mapping, " AND ", item_standby_match);
}

static const MapColumn *
column_named(const Mapping *mapping, const char *name)
{
    for (int i = 0; i < mapping->column_count; i++)
        if (strcmp(mapping->columns[i].name, name) == 0)
            return &mapping->columns[i];
    return NULL;
}

/* A value as comparisons read it: in its binary form, or as text where the type has none. */
static const char *
field(Arena *arena, const MapColumn *column, const char *expression)
{
    return column->binary ? expression
                          : arena_printf(arena, "CAST(%s AS pg_catalog.text)", expression);
}

/* One column; value is over live's. */
static void
append_fields(Arena *arena, const MapColumn *column, const char *value, bool agreed, Text *live,
              Text *standby)
{
    const char *name = arena_printf(arena, "standby.%s", ident_quote(arena, column->name));

    agreed = agreed && column->agreed != NULL;
    text_append_item(live, agreed ? column->agreed : field(arena, column, value));
    text_append_item(standby, agreed ? column->agreed_standby : field(arena, column, name));
}

/* The compared fields of a row: the key columns first, then all others. */
static void
derive_fields(Arena *arena, const Mapping *mapping, bool agreed, Fields *fields)
{
    Text live = {0}, standby = {0};

    for (int i = 0; i < mapping->key_count; i++)
        append_fields(arena, column_named(mapping, mapping->keys[i].standby),
                      mapping->keys[i].expression, agreed, &live, &standby);
    for (int i = 0; i < mapping->column_count; i++)
        if (mapping->columns[i].compared != NULL)
            append_fields(arena, &mapping->columns[i], mapping->columns[i].compared, agreed, &live,
                          &standby);
    fields->live = arena_strdup(arena, text_cstr(&live));
    fields->standby = arena_strdup(arena, text_cstr(&standby));
    text_clear(&live);
    text_clear(&standby);
}

static void
derive_columns(Arena *arena, Pair *pair)
{
    const Mapping *mapping = &pair->mapping;
    Text columns = {0}, expressions = {0}, mapped = {0};

    for (int i = 0; i < mapping->column_count; i++)
    {
        const MapColumn *column = &mapping->columns[i];
        const char *name = ident_quote(arena, column->name);

        if (column->expression != NULL)
        {
            text_append_item(&columns, name);
            text_append_item(&expressions, column->expression);
        }
        if (column->compared != NULL)
            text_append_item(&mapped, arena_printf(arena, "%s AS %s", column->compared, name));
    }
    pair->mapped = arena_strdup(arena, text_cstr(&mapped));
    text_clear(&mapped);
    pair->columns = arena_strdup(arena, text_cstr(&columns));
    pair->expressions = arena_strdup(arena, text_cstr(&expressions));
    text_clear(&columns);
    text_clear(&expressions);
}

/* After a revert green holds what was written to its new columns while it was live: that is kept,
 * and not compared with what blue would make of it. */
static void
keep_new_columns(Arena *arena, Mapping *mapping)
{
    char **kept = arena_alloc(arena, sizeof(char *) * (size_t)(mapping->column_count + 1));

    mapping->kept_count = 0;
    for (int i = 0; i < mapping->column_count; i++)
    {
        MapColumn *column = &mapping->columns[i];

        if (column->source != NULL || column->expression == NULL)
            continue;
        column->compared = NULL;
        kept[mapping->kept_count++] = column->name;
    }
    mapping->kept = kept;
}

/* s.pgswap_k1 = <value of the key for this row of live> AND … */
static char *
item_kept_match(Arena *arena, const MapKey *key, int n)
{
    return arena_printf(arena, "s.pgswap_k%d %s %s", n, key->standby_equality, key->expression);
}

static char *
item_kept_definition(Arena *arena, const MapKey *key, int n)
{
    return arena_printf(arena, "pgswap_k%d %s", n, key->standby_type);
}

static char *
item_kept_name(Arena *arena, const MapKey *key, int n)
{
    (void)key;
    return arena_printf(arena, "pgswap_k%d", n);
}

/* Columns of standby that live does not have: apply takes their values from what it kept of the
 * row, or else from the mapping's expression. */
static void
derive_kept(Arena *arena, Pair *pair)
{
    Mapping *mapping = &pair->mapping;
    const char *match = key_list(arena, mapping, " AND ", item_kept_match);
    Text definitions = {0}, columns = {0};

    if (mapping->kept_count == 0)
        return;
    pair->kept = arena_printf(arena, "%s.kept_%s_%d_%s", template_state(), pair->migration->id_text,
                              pair->number, pair->migration->live_colour);
    pair->kept_keys = key_list(arena, mapping, ", ", item_kept_name);
    text_append(&definitions, key_list(arena, mapping, ", ", item_kept_definition));
    for (int i = 0; i < mapping->kept_count; i++)
    {
        const MapColumn *column = column_named(mapping, mapping->kept[i]);

        text_append_item(&definitions, arena_printf(arena, "pgswap_c%d %s", i + 1, column->type));
        text_append_item(&columns,
                         arena_printf(arena, "standby.%s", ident_quote(arena, mapping->kept[i])));
        mapping->columns[column - mapping->columns].expression = arena_printf(
            arena,
            "CASE WHEN EXISTS (SELECT FROM %s AS s WHERE %s) THEN (SELECT s.pgswap_c%d FROM %s AS "
            "s WHERE %s) ELSE %s END",
            pair->kept, match, i + 1, pair->kept, match, column->expression);
    }
    pair->kept_definitions = arena_strdup(arena, text_cstr(&definitions));
    pair->kept_columns = arena_strdup(arena, text_cstr(&columns));
    text_clear(&definitions);
    text_clear(&columns);
}

static void
derive_names(Arena *arena, Pair *pair)
{
    const Migration *m = pair->migration;
    char *suffix = arena_printf(arena, "%s_%d_%s", m->id_text, pair->number, m->live_colour);

    pair->live_oid = m->live_is_blue ? pair->blue : pair->green;
    pair->standby_oid = m->live_is_blue ? pair->green : pair->blue;
    pair->standby_schema = arena_printf(arena, "pgswap_%s_%s", m->id_text, m->standby_colour);
    pair->away_schema = arena_printf(arena, "pgswap_%s_%s", m->id_text, m->live_colour);
    pair->log = arena_printf(arena, "%s.log_%s", template_state(), suffix);
    pair->alive = arena_printf(arena, "%s.alive_%s", template_state(), suffix);
    pair->reserve = arena_printf(arena, "%s.reserve_%s", template_state(), suffix);
    pair->dirty = arena_printf(arena, "%s.dirty_%s", template_state(), suffix);
    pair->applied = arena_printf(arena, "%s.applied_%s", template_state(), suffix);
    pair->function = arena_printf(arena, "%s.capture_%s", template_state(), suffix);
    pair->trigger = arena_printf(arena, "pgswap_%s_%s", m->id_text, m->live_colour);
}

bool
pair_take(Arena *arena, const Result *result, int row, const Migration *migration, Pair *pair,
          Error *error)
{
    bool blue = migration->live_is_blue;
    const char *mapping;

    pair->migration = migration;
    pair->number = (int)result_get_int(result, row, "pair");
    pair->schema = arena_strdup(arena, result_get(result, row, "schema_name"));
    pair->table = arena_strdup(arena, result_get(result, row, "table_name"));
    pair->live = arena_strdup(arena, result_get(result, row, "live"));
    pair->blue = arena_strdup(arena, result_get(result, row, "blue"));
    pair->green = arena_strdup(arena, result_get(result, row, "green"));
    pair->rows_estimated = result_get_int(result, row, "rows_estimated");
    /* what must come out of the swap is, after it, what live must look like; and the other way */
    if (!description_from_json(arena, result_get(result, row, blue ? "fingerprint" : "expected"),
                               &pair->fingerprint, error) ||
        !description_from_json(arena, result_get(result, row, blue ? "expected" : "fingerprint"),
                               &pair->expected, error))
        return false;
    if (!mapping_from_json(arena, result_get(result, row, "mapping"), &pair->forward, error))
        return false;
    derive_names(arena, pair);
    pair->standby =
        arena_printf(arena, "%s.%s", pair->standby_schema, result_get(result, row, "name"));
    mapping = result_get(result, row, blue ? "mapping" : "reverse");
    pair->has_mapping = mapping != NULL;
    if (mapping == NULL)
        return true;
    if (!mapping_from_json(arena, mapping, &pair->mapping, error))
        return false;
    if (blue && migration->swapped_before)
        keep_new_columns(arena, &pair->mapping);
    derive_key(arena, pair);
    derive_kept(arena, pair);
    derive_columns(arena, pair);
    derive_fields(arena, &pair->mapping, false, &pair->fields);
    derive_fields(arena, &pair->mapping, !blue || migration->swapped_before, &pair->agreed);
    return true;
}
