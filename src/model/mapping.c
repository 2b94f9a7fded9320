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

static void
fields_from_json(Arena *arena, const Field *fields, const json_t *object, void *record)
{
    for (; fields->name != NULL; fields++)
        *(char **)((char *)record + fields->offset) =
            arena_strdup(arena, json_string_value(json_object_get(object, fields->name)));
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

bool
mapping_from_json(Arena *arena, const char *json, Mapping *mapping, Error *error)
{
    json_t *root = json_loads(json, 0, NULL);
    json_t *columns = json_object_get(root, "columns");
    json_t *keys = json_object_get(root, "key");
    json_t *item;
    size_t i;

    *mapping = (Mapping){0};
    if (!json_is_array(columns) || !json_is_array(keys))
    {
        json_decref(root);
        return error_set(error, ERROR_FAULT, "the mapping kept in the state is damaged");
    }
    mapping->column_count = (int)json_array_size(columns);
    mapping->columns = arena_alloc(arena, sizeof(MapColumn) * (json_array_size(columns) + 1));
    json_array_foreach(columns, i, item)
    {
        fields_from_json(arena, column_fields, item, &mapping->columns[i]);
        mapping->columns[i].binary = json_is_true(json_object_get(item, "binary"));
    }
    mapping->key_count = (int)json_array_size(keys);
    mapping->keys = arena_alloc(arena, sizeof(MapKey) * (json_array_size(keys) + 1));
    json_array_foreach(keys, i, item) fields_from_json(arena, key_fields, item, &mapping->keys[i]);
    mapping->kept_count = (int)json_array_size(json_object_get(root, "kept"));
    mapping->kept = arena_alloc(arena, sizeof(char *) * (size_t)(mapping->kept_count + 1));
    json_array_foreach(json_object_get(root, "kept"), i, item) mapping->kept[i] =
        arena_strdup(arena, json_string_value(item));
    mapping->dropped = arena_strdup(arena, json_string_value(json_object_get(root, "dropped")));
    json_decref(root);
    return true;
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
