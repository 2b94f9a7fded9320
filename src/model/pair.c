/*
 * The vocabulary of a pair: what templates may name of it, one row a word.
 */
#include "model/pair.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sql/ident.h"
#include "sql/template.h"

/* What a word's pattern is repeated over. */
typedef enum Over
{
    PAIR,     /* once */
    KEYS,     /* the columns of the key */
    WRITTEN,  /* the columns of standby whose values the mapping has */
    ASSIGNED, /* of them, those that live has a say in: an UPDATE leaves the others */
    COMPARED, /* the columns of standby that live determines */
    READ,     /* the key and then those, as a comparison reads them */
    KEPT,     /* the columns of standby that live does not have */
} Over;

/*
 * {field} in a pattern stands for what fields() below finds.  What stands before a dot in a pattern
 * is an alias that the template must give: live, standby; n and o for the rows after and before a
 * statement; d for keys as live spells them (change log, dirty, applied); pending for keys as
 * standby spells them; s for what is kept.
 */
typedef struct Word
{
    const char *name;
    Over over;
    const char *separator;
    const char *pattern;
} Word;

static const Word words[] = {
    {"migration", PAIR, "", "{id}"},
    {"pair", PAIR, "", "{pair}"},
    {"epoch", PAIR, "", "{epoch}"},
    {"live_colour", PAIR, "", "{live_colour}"},
    {"standby_colour", PAIR, "", "{standby_colour}"},
    /* tables of the application, and the new one */
    {"schema", PAIR, "", "{schema}"},
    {"table", PAIR, "", "{table}"},
    {"blue", PAIR, "", "{blue}"},
    {"green", PAIR, "", "{green}"},
    {"live", PAIR, "", "{live_table}"},
    {"live_oid", PAIR, "", "{live_oid}"},
    {"live_rows", PAIR, "", "{live_rows}"},
    {"standby", PAIR, "", "{standby_table}"},
    {"standby_rows", PAIR, "", "{standby_rows}"},
    {"standby_oid", PAIR, "", "{standby_oid}"},
    {"standby_schema", PAIR, "", "pgswap_{id}_{standby_colour}"},
    {"away_schema", PAIR, "", "pgswap_{id}_{live_colour}"},
    /* ours, one of each for a direction */
    {"log", PAIR, "", "{state}.log_{id}_{pair}_{live_colour}"},
    {"written", PAIR, "", "{state}.written_{id}_{pair}_{live_colour}"},
    {"kept", PAIR, "", "{state}.kept_{id}_{pair}_{live_colour}"},
    {"alive", PAIR, "", "{state}.alive_{id}_{pair}_{live_colour}"},
    {"reserve", PAIR, "", "{state}.reserve_{id}_{pair}_{live_colour}"},
    {"function", PAIR, "", "{state}.capture_{id}_{pair}_{live_colour}"},
    {"trigger", PAIR, "", "pgswap_{id}_{live_colour}"},
    /* of them, the set that is in use, see tool/rotation.h */
    {"set", PAIR, "", "{set}"},
    {"log_set", PAIR, "", "{state}.log_{id}_{pair}_{live_colour}_{set}"},
    {"written_set", PAIR, "", "{state}.written_{id}_{pair}_{live_colour}_{set}"},
    {"dirty", PAIR, "", "{state}.dirty_{id}_{pair}_{live_colour}_{set}"},
    {"applied", PAIR, "", "{state}.applied_{id}_{pair}_{live_colour}_{set}"},
    {"held", PAIR, "", "{state}.held_{id}_{pair}_{live_colour}_{set}"},
    /* the key */
    {"key_names", KEYS, ", ", "{live_name}"},
    {"key_definitions", KEYS, ", ", "k{n} {live_type}"},
    {"keys", KEYS, ", ", "k{n}"},
    {"new_keys", KEYS, ", ", "n.{live}"},
    {"old_keys", KEYS, ", ", "o.{live}"},
    {"row_new", KEYS, ", ", "NEW.{live}"},
    {"row_old", KEYS, ", ", "OLD.{live}"},
    {"live_key", KEYS, ", ", "live.{live}"},
    {"live_match", KEYS, " AND ", "d.k{n} {live_equality} live.{live}"},
    {"dirty_columns", KEYS, ", ", "d.k{n} AS {live}"},
    {"key_expressions", KEYS, ", ", "{expression} AS k{n}"},
    {"standby_key", KEYS, ", ", "standby.{standby}"},
    {"standby_match", KEYS, " AND ", "standby.{standby} {standby_equality} pending.k{n}"},
    {"kept_keys", KEYS, ", ", "pgswap_k{n}"},
    {"kept_key_definitions", KEYS, ", ", "pgswap_k{n} {standby_type}"},
    {"kept_match", KEYS, " AND ", "s.pgswap_k{n} {standby_equality} {expression}"},
    /* the columns; mapped: as rows of a VALUES list, see mapping_rows() */
    {"mapped", PAIR, "", "{mapped_rows}"},
    {"dropped", PAIR, "", "{dropped_keys}"},
    {"columns", WRITTEN, ", ", "{name}"},
    {"expressions", WRITTEN, ", ", "{value}"},
    {"assigned", ASSIGNED, ", ", "({literal}, {n})"},
    {"assigned_values", ASSIGNED, ", ", "{source_value} AS pgswap_c{n}"},
    {"mapped_columns", COMPARED, ", ", "{compared} AS {name}"},
    {"compared_names", COMPARED, ", ", "{literal}"},
    {"compared_generated", COMPARED, ", ", "{generated}"},
    {"live_texts", COMPARED, ", ", "CAST({compared} AS pg_catalog.text)"},
    {"standby_texts", COMPARED, ", ", "CAST(standby.{name} AS pg_catalog.text)"},
    {"kept_columns", KEPT, ", ", "standby.{name}"},
    {"kept_definitions", KEPT, ", ", "pgswap_c{n} {type}"},
    {"live_fields", READ, ", ", "{live_field}"},
    {"standby_fields", READ, ", ", "{standby_field}"},
    {"agreed_live_fields", READ, ", ", "{agreed_live}"},
    {"agreed_standby_fields", READ, ", ", "{agreed_standby}"},
};

/* One time of a pattern: of the pair, and a key column or a column. */
typedef struct Item
{
    const Pair *pair;
    const MapKey *key;
    const MapColumn *column;
    int n; /* from 1 */
} Item;

/* Fields that are there as they are, or as identifiers. */
typedef struct Field
{
    const char *name;
    enum
    {
        OF_PAIR,
        OF_KEY,
        OF_COLUMN
    } of;
    size_t offset;
    bool is_name;
} Field;

static const Field fields[] = {
    {"schema", OF_PAIR, offsetof(Pair, schema), false},
    {"table", OF_PAIR, offsetof(Pair, table), false},
    {"blue", OF_PAIR, offsetof(Pair, blue), false},
    {"green", OF_PAIR, offsetof(Pair, green), false},
    {"live_table", OF_PAIR, offsetof(Pair, live), false},
    {"live_oid", OF_PAIR, offsetof(Pair, live_oid), false},
    {"standby_table", OF_PAIR, offsetof(Pair, standby), false},
    {"standby_oid", OF_PAIR, offsetof(Pair, standby_oid), false},
    {"live_name", OF_KEY, offsetof(MapKey, live), false},
    {"live", OF_KEY, offsetof(MapKey, live), true},
    {"live_type", OF_KEY, offsetof(MapKey, live_type), false},
    {"live_equality", OF_KEY, offsetof(MapKey, live_equality), false},
    {"standby", OF_KEY, offsetof(MapKey, standby), true},
    {"standby_type", OF_KEY, offsetof(MapKey, standby_type), false},
    {"standby_equality", OF_KEY, offsetof(MapKey, standby_equality), false},
    {"expression", OF_KEY, offsetof(MapKey, expression), false},
    {"name", OF_COLUMN, offsetof(MapColumn, name), true},
    {"type", OF_COLUMN, offsetof(MapColumn, type), false},
    {"compared", OF_COLUMN, offsetof(MapColumn, compared), false},
    {"source_value", OF_COLUMN, offsetof(MapColumn, expression), false},
};

/* The number of a column that live does not have and that standby keeps; 0 if it is none. */
static int
kept_number(const Mapping *mapping, const MapColumn *column)
{
    for (int i = 0; i < mapping->kept_count; i++)
        if (strcmp(mapping->kept[i], column->name) == 0)
            return i + 1;
    return 0;
}

/* The value that live's row has for a column of standby; one that live does not have keeps what
 * standby held, where it held the row. */
static const char *
value_of(Arena *arena, const Item *item, Error *error)
{
    int n = kept_number(&item->pair->mapping, item->column);

    return n == 0 ? item->column->expression
                  : pair_render(arena, item->pair, error, "kept_value", "n", number(n).text,
                                "otherwise", item->column->expression, NULL);
}

static const MapColumn *
column_named(const Mapping *mapping, const char *name)
{
    for (int i = 0; i < mapping->column_count; i++)
        if (strcmp(mapping->columns[i].name, name) == 0)
            return &mapping->columns[i];
    return NULL;
}

/* A value as parity reads it: in its binary form, or as text where the type has none. */
static const char *
read_as(Arena *arena, const MapColumn *column, const char *expression)
{
    return column->binary ? expression
                          : arena_printf(arena, "CAST(%s AS pg_catalog.text)", expression);
}

static const char *
live_field(Arena *arena, const Item *item)
{
    return read_as(arena, item->column,
                   item->key != NULL ? item->key->expression : item->column->compared);
}

static const char *
standby_field(Arena *arena, const Item *item)
{
    return read_as(arena, item->column,
                   arena_printf(arena, "standby.%s", ident_quote(arena, item->column->name)));
}

/* Once green has been live, values are compared in the form on which both ways agree. */
static bool
has_agreed(const Item *item)
{
    const Migration *migration = item->pair->migration;

    return item->column->agreed != NULL && (!migration->live_is_blue || migration->swapped_before);
}

/* The rows of a table: a partitioned one has none of its own, and what inherits from another is
 * none of it. */
static const char *
rows_of(Arena *arena, const char *table, bool is_partitioned)
{
    return is_partitioned ? table : arena_printf(arena, "ONLY %s", table);
}

/* The fields that have to be made; NULL if it is none of them. */
static const char *
made_field(Arena *arena, const Item *item, const char *name, Error *error)
{
    const Migration *migration = item->pair->migration;

    if (strcmp(name, "state") == 0)
        return template_state();
    if (strcmp(name, "n") == 0)
        return arena_printf(arena, "%d", item->n);
    if (strcmp(name, "id") == 0)
        return migration->id_text;
    if (strcmp(name, "epoch") == 0)
        return migration->epoch;
    if (strcmp(name, "pair") == 0)
        return arena_printf(arena, "%d", item->pair->number);
    if (strcmp(name, "set") == 0)
        return arena_printf(arena, "%d", item->pair->set);
    if (strcmp(name, "live_colour") == 0)
        return migration->live_colour;
    if (strcmp(name, "standby_colour") == 0)
        return migration->standby_colour;
    if (strcmp(name, "live_rows") == 0)
        return rows_of(arena, item->pair->live, item->pair->live_is_partitioned);
    if (strcmp(name, "standby_rows") == 0)
        return rows_of(arena, item->pair->standby, item->pair->standby_is_partitioned);
    if (strcmp(name, "mapped_rows") == 0)
        return mapping_rows(arena, &item->pair->mapping);
    if (strcmp(name, "dropped_keys") == 0)
        return item->pair->mapping.dropped;
    if (strcmp(name, "literal") == 0)
        return literal_quote(arena, item->column->name);
    if (strcmp(name, "generated") == 0)
        return item->column->expression == NULL ? "true" : "false";
    if (strcmp(name, "value") == 0)
        return value_of(arena, item, error);
    if (strcmp(name, "live_field") == 0)
        return live_field(arena, item);
    if (strcmp(name, "standby_field") == 0)
        return standby_field(arena, item);
    if (strcmp(name, "agreed_live") == 0)
        return has_agreed(item) ? item->column->agreed : live_field(arena, item);
    if (strcmp(name, "agreed_standby") == 0)
        return has_agreed(item) ? item->column->agreed_standby : standby_field(arena, item);
    return NULL;
}

static const char *
field_of(Arena *arena, const Item *item, const char *name, Error *error)
{
    const void *const sources[] = {item->pair, item->key, item->column};

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        if (strcmp(fields[i].name, name) == 0)
        {
            const char *value =
                *(char *const *)((const char *)sources[fields[i].of] + fields[i].offset);

            return fields[i].is_name ? ident_quote(arena, value) : value;
        }
    return made_field(arena, item, name, error);
}

/* Appends the pattern with its fields filled in. */
static bool
append_item(Arena *arena, const char *pattern, const Item *item, Text *text, Error *error)
{
    for (const char *at = pattern; *at != '\0';)
    {
        size_t plain = strcspn(at, "{");
        size_t length = strcspn(at + plain, "}");
        const char *field, *value;

        text_append_n(text, at, plain);
        if (at[plain] == '\0')
            break;
        field = arena_strndup(arena, at + plain + 1, length - 1);
        value = field_of(arena, item, field, error);
        if (value == NULL)
            return error_set(error, ERROR_FAULT, "field \"%s\" has no value", field);
        text_append(text, value);
        at += plain + length + 1;
    }
    return true;
}

static bool
repeats_over(const Mapping *mapping, Over over, const MapColumn *column)
{
    switch (over)
    {
    case WRITTEN:
        return column->expression != NULL;
    case ASSIGNED:
        return column->expression != NULL && kept_number(mapping, column) == 0;
    default:
        return column->compared != NULL;
    }
}

/* The next item of a word; item->n is the number of the last one, 0 before the first. */
static bool
next_item(Over over, Item *item, int *at)
{
    const Mapping *mapping = &item->pair->mapping;
    int keys = over == KEYS || over == READ ? mapping->key_count : 0;

    item->n++;
    item->key = NULL;
    item->column = NULL;
    if (over == PAIR)
        return (*at)++ == 0;
    if (over == KEPT)
    {
        if (*at < mapping->kept_count)
            item->column = column_named(mapping, mapping->kept[(*at)++]);
        return item->column != NULL;
    }
    if (*at < keys)
    {
        item->key = &mapping->keys[(*at)++];
        item->column = column_named(mapping, item->key->standby);
        return true;
    }
    while (over != KEYS && *at - keys < mapping->column_count)
    {
        item->column = &mapping->columns[(*at)++ - keys];
        if (repeats_over(mapping, over, item->column))
            return true;
    }
    return false;
}

static const char *
make_word(Arena *arena, const Pair *pair, const Word *word, Error *error)
{
    Item item = {.pair = pair};
    Text text = {0};
    int at = 0;
    bool ok = true;
    const char *value = NULL;

    while (ok && next_item(word->over, &item, &at))
    {
        if (item.n > 1)
            text_append(&text, word->separator);
        ok = append_item(arena, word->pattern, &item, &text, error);
    }
    if (ok)
        value = arena_strdup(arena, text_cstr(&text));
    text_clear(&text);
    return value;
}

/* Without a mapping there are no words for what it maps. */
static bool
find_word(const void *source, Arena *arena, const char *name, const char **value, Error *error)
{
    const Pair *pair = source;

    *value = NULL;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(words[i].name, name) == 0 && (words[i].over == PAIR || pair->has_mapping))
        {
            *value = make_word(arena, pair, &words[i], error);
            return *value != NULL;
        }
    return true;
}

const char *
pair_word(Arena *arena, const Pair *pair, const char *name)
{
    Error ignored = ERROR_INIT;
    const char *value;
    bool ok = find_word(pair, arena, name, &value, &ignored);

    error_clear(&ignored);
    if (!ok || value == NULL)
        abort(); /* no word of this pair: a fault of the caller */
    return value;
}

bool
pair_keeps(const Pair *pair)
{
    return pair->mapping.kept_count > 0;
}

static TemplateWords
words_of(const Pair *pair)
{
    return (TemplateWords){find_word, pair};
}

char *
pair_render(Arena *arena, const Pair *pair, Error *error, const char *name, ...)
{
    TemplateWords its = words_of(pair);
    va_list args;
    char *sql;

    va_start(args, name);
    sql = template_render_va(arena, name, &its, error, args);
    va_end(args);
    return sql;
}

const Result *
pair_run(Conn *conn, const Pair *pair, Error *error, const char *name, ...)
{
    TemplateWords its = words_of(pair);
    va_list args;
    const Result *result;

    va_start(args, name);
    result = statement_run_va(conn, &its, error, name, args);
    va_end(args);
    return result;
}

bool
pair_do(Conn *conn, const Pair *pair, Error *error, const char *name, ...)
{
    TemplateWords its = words_of(pair);
    va_list args;
    bool ok;

    va_start(args, name);
    ok = statement_run_va(conn, &its, error, name, args) != NULL;
    va_end(args);
    return ok;
}

bool
pair_collect(Conn *conn, Arena *arena, const Pair *pair, StatementList *list, Error *error,
             const char *name, ...)
{
    TemplateWords its = words_of(pair);
    va_list args;
    bool ok;

    va_start(args, name);
    ok = statement_collect_va(conn, arena, &its, list, error, name, args);
    va_end(args);
    return ok;
}

bool
pair_generate(Conn *conn, const Pair *pair, Error *error, const char *name, ...)
{
    TemplateWords its = words_of(pair);
    va_list args;
    bool ok;

    va_start(args, name);
    ok = statement_generate_va(conn, &its, error, name, args);
    va_end(args);
    return ok;
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

bool
pair_take(Arena *arena, const Result *result, int row, const Migration *migration, Pair *pair,
          Error *error)
{
    bool blue = migration->live_is_blue;
    const char *mapping = result_get(result, row, blue ? "mapping" : "reverse");

    pair->migration = migration;
    pair->number = (int)result_get_int(result, row, "pair");
    pair->schema = arena_strdup(arena, result_get(result, row, "schema_name"));
    pair->table = arena_strdup(arena, result_get(result, row, "table_name"));
    pair->blue = arena_strdup(arena, result_get(result, row, "blue"));
    pair->green = arena_strdup(arena, result_get(result, row, "green"));
    pair->live = arena_strdup(arena, result_get(result, row, "live"));
    pair->live_oid = blue ? pair->blue : pair->green;
    pair->standby_oid = blue ? pair->green : pair->blue;
    pair->standby = arena_printf(arena, "pgswap_%s_%s.%s", migration->id_text,
                                 migration->standby_colour, result_get(result, row, "name"));
    pair->live_is_partitioned =
        result_get_bool(result, row, blue ? "blue_is_partitioned" : "green_is_partitioned");
    pair->standby_is_partitioned =
        result_get_bool(result, row, blue ? "green_is_partitioned" : "blue_is_partitioned");
    pair->has_mapping = mapping != NULL;
    pair->set = (int)result_get_int(result, row, blue ? "blue_set" : "green_set");
    /* what must come out of the swap is, after it, what live must look like; and the other way */
    if (!description_from_json(arena, result_get(result, row, blue ? "fingerprint" : "expected"),
                               &pair->fingerprint, error) ||
        !description_from_json(arena, result_get(result, row, blue ? "expected" : "fingerprint"),
                               &pair->expected, error) ||
        !mapping_from_json(arena, result_get(result, row, "mapping"), &pair->forward, error) ||
        (mapping != NULL && !mapping_from_json(arena, mapping, &pair->mapping, error)))
        return false;
    if (mapping != NULL && blue && migration->swapped_before)
        keep_new_columns(arena, &pair->mapping);
    return true;
}
