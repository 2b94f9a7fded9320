/*
 * The mapping as JSON, the form it is kept in the state: a table of field names serves both ways.
 */
#include "model/mapping.h"

#include <jansson.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/text.h"
#include "sql/ident.h"

typedef struct Field
{
    const char *name;
    size_t offset; /* of a char * in the struct */
} Field;

static const Field column_fields[] = {
    {"name", offsetof(MapColumn, name)},
    {"type", offsetof(MapColumn, type)},
    {"expression", offsetof(MapColumn, expression)},
    {"compared", offsetof(MapColumn, compared)},
    {"agreed", offsetof(MapColumn, agreed)},
    {"agreed_standby", offsetof(MapColumn, agreed_standby)},
    {"source", offsetof(MapColumn, source)},
    {"source_type", offsetof(MapColumn, source_type)},
    {NULL, 0},
};

static const Field key_fields[] = {
    {"live", offsetof(MapKey, live)},
    {"live_type", offsetof(MapKey, live_type)},
    {"live_equality", offsetof(MapKey, live_equality)},
    {"standby", offsetof(MapKey, standby)},
    {"standby_type", offsetof(MapKey, standby_type)},
    {"standby_equality", offsetof(MapKey, standby_equality)},
    {"expression", offsetof(MapKey, expression)},
    {NULL, 0},
};

static json_t *
fields_to_json(const Field *fields, const void *record)
{
    json_t *object = json_object();

    for (; fields->name != NULL; fields++)
    {
        const char *value = *(char *const *)((const char *)record + fields->offset);

        json_object_set_new(object, fields->name, value != NULL ? json_string(value) : json_null());
    }
    return object;
}

/* False if it is damaged.  A member that is not there counts as that, too, and not as NULL: without
 * its expression a column would be left to standby. */
static bool
fields_from_json(Arena *arena, const Field *fields, bool nullable, const json_t *object,
                 void *record)
{
    for (; fields->name != NULL; fields++)
    {
        const json_t *value = json_object_get(object, fields->name);

        if (!json_is_string(value) && !(nullable && json_is_null(value)))
            return false;
        *(char **)((char *)record + fields->offset) = arena_strdup(arena, json_string_value(value));
    }
    return true;
}

char *
mapping_to_json(Arena *arena, const Mapping *mapping)
{
    json_t *root = json_object();
    json_t *columns = json_array();
    json_t *keys = json_array();
    json_t *kept = json_array();
    char *text, *copy;

    for (int i = 0; i < mapping->column_count; i++)
    {
        json_t *column = fields_to_json(column_fields, &mapping->columns[i]);

        json_object_set_new(column, "binary", json_boolean(mapping->columns[i].binary));
        json_array_append_new(columns, column);
    }
    for (int i = 0; i < mapping->key_count; i++)
        json_array_append_new(keys, fields_to_json(key_fields, &mapping->keys[i]));
    json_object_set_new(root, "columns", columns);
    json_object_set_new(root, "key", keys);
    for (int i = 0; i < mapping->kept_count; i++)
        json_array_append_new(kept, json_string(mapping->kept[i]));
    json_object_set_new(root, "kept", kept);
    json_object_set_new(root, "dropped", json_string(mapping->dropped));
    text = json_dumps(root, JSON_COMPACT);
    copy = arena_strdup(arena, text);
    free(text);
    json_decref(root);
    return copy;
}

static bool
columns_from_json(Arena *arena, const json_t *list, Mapping *mapping)
{
    mapping->columns = arena_alloc(arena, sizeof(MapColumn) * (json_array_size(list) + 1));
    for (; mapping->column_count < (int)json_array_size(list); mapping->column_count++)
    {
        const json_t *item = json_array_get(list, (size_t)mapping->column_count);
        const json_t *binary = json_object_get(item, "binary");
        MapColumn *column = &mapping->columns[mapping->column_count];

        if (!fields_from_json(arena, column_fields, true, item, column) || column->name == NULL ||
            column->type == NULL || !json_is_boolean(binary))
            return false;
        column->binary = json_is_true(binary);
    }
    return json_is_array(list);
}

static bool
keys_from_json(Arena *arena, const json_t *list, Mapping *mapping)
{
    mapping->keys = arena_alloc(arena, sizeof(MapKey) * (json_array_size(list) + 1));
    for (; mapping->key_count < (int)json_array_size(list); mapping->key_count++)
        if (!fields_from_json(arena, key_fields, false,
                              json_array_get(list, (size_t)mapping->key_count),
                              &mapping->keys[mapping->key_count]))
            return false;
    return json_is_array(list);
}

static bool
kept_from_json(Arena *arena, const json_t *list, Mapping *mapping)
{
    mapping->kept = arena_alloc(arena, sizeof(char *) * (json_array_size(list) + 1));
    for (; mapping->kept_count < (int)json_array_size(list); mapping->kept_count++)
    {
        const json_t *item = json_array_get(list, (size_t)mapping->kept_count);

        if (!json_is_string(item))
            return false;
        mapping->kept[mapping->kept_count] = arena_strdup(arena, json_string_value(item));
    }
    return json_is_array(list);
}

bool
mapping_from_json(Arena *arena, const char *json, Mapping *mapping, Error *error)
{
    json_t *root = json_loads(json, 0, NULL);
    const json_t *dropped = json_object_get(root, "dropped");
    bool whole;

    *mapping = (Mapping){0};
    whole = columns_from_json(arena, json_object_get(root, "columns"), mapping) &&
            keys_from_json(arena, json_object_get(root, "key"), mapping) &&
            kept_from_json(arena, json_object_get(root, "kept"), mapping) &&
            json_is_string(dropped);
    mapping->dropped = arena_strdup(arena, json_string_value(dropped));
    json_decref(root);
    return whole || error_set(error, ERROR_FAULT, "the mapping kept in the state is damaged");
}

static char *
mapping_row(Arena *arena, const MapColumn *column)
{
    return arena_printf(arena, "(%s, %s, %s, %s)", literal_quote(arena, column->source),
                        literal_quote(arena, column->source_type),
                        literal_quote(arena, column->name), literal_quote(arena, column->type));
}

char *
mapping_rows(Arena *arena, const Mapping *mapping)
{
    Text rows = {0};
    char *copy;

    for (int i = 0; i < mapping->column_count; i++)
        if (mapping->columns[i].source != NULL)
            text_append_item(&rows, mapping_row(arena, &mapping->columns[i]));
    copy = arena_strdup(arena, text_cstr(&rows));
    text_clear(&rows);
    return copy;
}
