/*
 * Derives the reverse mapping, column by column of blue.
 */
#include "model/reverse.h"

#include <string.h>

#include "base/text.h"
#include "model/cast.h"
#include "model/statement.h"
#include "sql/ident.h"
#include "sql/template.h"

typedef struct Reverser
{
    Probe *probe;
    Arena *arena;
    const Spec *spec;
    const ColumnList *blue_columns;
    const ColumnList *green;
    Shape *shape;
} Reverser;

/* There is no way back; not an error. */
static bool
no_way_back(Reverser *r, const char *reason)
{
    if (r->shape->no_way_back == NULL)
        r->shape->no_way_back = arena_strdup(r->arena, reason);
    return true;
}

static const char *
mapped_expression(const Reverser *r, const char *column)
{
    for (int i = 0; i < r->spec->reverse_map_count; i++)
        if (strcmp(r->spec->reverse_maps[i].column, column) == 0)
            return r->spec->reverse_maps[i].expression;
    return NULL;
}

/* The column of green that continues a column of blue. */
static MapColumn *
continuation(const Reverser *r, const char *column)
{
    Mapping *forward = &r->shape->mapping;

    for (int i = 0; i < forward->column_count; i++)
        if (forward->columns[i].source != NULL && strcmp(forward->columns[i].source, column) == 0)
            return &forward->columns[i];
    return NULL;
}

static bool
ask_zone_fixed(Probe *probe, bool *fixed, Error *error)
{
    const Result *result;

    if (!parameters_use(probe->parameters, probe->conn, error))
        return false;
    result = statement_run(probe->conn, error, "zone_is_fixed", NULL);
    if (result == NULL)
        return false;
    *fixed = result_get_bool(result, 0, "fixed");
    return parameters_leave(probe->conn, error);
}

bool
reverse_ask_distinct(Probe *probe, const Column *from, const Column *to, const MapColumn *map,
                     bool *holds, Error *error)
{
    const Result *result;

    *holds = from != NULL && to != NULL && cast_is_mere(probe->arena, map);
    if (!*holds)
        return true;
    result = statement_run(probe->conn, error, "key_cast", "from_type", from->type_oid,
                           "from_modifier", from->type_modifier, "from_collation", from->collation,
                           "to_type", to->type_oid, "to_modifier", to->type_modifier,
                           "to_collation", to->collation, NULL);
    if (result == NULL)
        return false;
    *holds = result_get_bool(result, 0, "distinct_stays");
    return !*holds || !result_get_bool(result, 0, "zone_decides") ||
           ask_zone_fixed(probe, holds, error);
}

static bool
from_reverse_map(Reverser *r, const Column *column, const char *text, MapColumn *out, Error *error)
{
    Expression expression = {0};
    char *kept;

    if (!probe_parse(r->probe, text, &kept, error) ||
        !probe_read(r->probe, kept, &expression, error))
        return error_context(error, "--reverse-map of column %s", column->name);
    out->expression = expression.text;
    /* a dropped column holds what it held: only what comes from now on is mapped */
    if (expression.undetermined == NULL && out->source != NULL)
        out->compared =
            arena_printf(r->arena, "CAST(%s AS %s)", expression.text, column->cast_type);
    return true;
}

/* A cast may round or cut off: a value is taken only if it comes back as it was, by what the type
 * itself calls equal, or else as text. */
static bool
check_round_trip(Reverser *r, const Column *column, const Column *now, MapColumn *out, Error *error)
{
    const char *back = arena_printf(r->arena, "CAST(%s AS %s)", out->compared, now->cast_type);
    const char *value = ident_quote(r->arena, out->source);
    const char *equality = "OPERATOR(pg_catalog.=)";
    const Result *result =
        statement_run(r->probe->conn, error, "type_equal", "type", now->type_oid, NULL);

    if (result == NULL)
        return false;
    if (result_rows(result) > 0)
        equality = arena_strdup(r->arena, result_get(result, 0, "equality"));
    else
    {
        back = arena_printf(r->arena, "CAST(%s AS pg_catalog.text)", back);
        value = arena_printf(r->arena, "CAST(%s AS pg_catalog.text)", value);
    }
    out->expression = arena_printf(
        r->arena, "%s.fit(%s, coalesce(%s %s %s, %s IS NULL AND %s IS NULL), %s)", template_state(),
        out->compared, back, equality, value, back, value, literal_quote(r->arena, column->name));
    return true;
}

/* A retyped column goes back by a cast, if there is one. */
static bool
assign_back(Reverser *r, const Column *column, const Column *now, MapColumn *out, Error *error)
{
    bool holds;

    if (!probe_ask_assigns(r->probe, out->compared, column->type, &holds, error))
        return false;
    if (holds)
        return check_round_trip(r, column, now, out, error);
    return no_way_back(r, arena_printf(r->arena,
                                       "column %s cannot be cast back from %s to %s; give the "
                                       "expression with --reverse-map",
                                       column->name, out->source_type, column->type));
}

static bool
is_integer(const char *type)
{
    return strcmp(type, "smallint") == 0 || strcmp(type, "integer") == 0 ||
           strcmp(type, "bigint") == 0;
}

/* The value as green has it, to be compared. */
static char *
as_green(const Reverser *r, const char *value, const Column *now)
{
    return arena_printf(r->arena,
                        now->has_binary_form ? "CAST(%s AS %s)"
                                             : "CAST(CAST(%s AS %s) AS pg_catalog.text)",
                        value, now->cast_type);
}

/* The change may lose something of blue's value, which green's then does not tell (1.25 is 1.3);
 * and a value written to green may come back in another form (1.5 as 1.50).  What the change makes
 * of blue's value, and of the one that goes back, is the same in either case.  Casts between
 * integers lose nothing. */
static void
agree(const Reverser *r, const Column *column, const Column *now, MapColumn *green, MapColumn *out)
{
    if (is_integer(column->type) && is_integer(now->type))
        return;
    green->agreed = as_green(r, ident_quote(r->arena, column->name), now);
    green->agreed_standby = as_green(r, out->compared, now);
    out->agreed = green->agreed_standby;
    out->agreed_standby = green->agreed;
}

static bool
from_continuation(Reverser *r, const Column *column, MapColumn *green, MapColumn *out, Error *error)
{
    const Column *now = columns_by_name(r->green, green->name);
    const char *quoted = ident_quote(r->arena, green->name);
    bool retyped = strcmp(now->type_identity, column->type_identity) != 0;

    out->source = green->name;
    out->source_type = green->type;
    if (!cast_is_mere(r->arena, green))
        return no_way_back(r, arena_printf(r->arena,
                                           "column %s comes from an expression; give the one that "
                                           "leads back with --reverse-map",
                                           column->name));
    out->compared = retyped ? arena_printf(r->arena, "CAST(%s AS %s)", quoted, column->cast_type)
                            : arena_strdup(r->arena, quoted);
    if (columns_generate_apart(column, now))
        out->compared = NULL;
    else if (retyped)
        agree(r, column, now, green, out);
    if (column->generated)
        return true;
    out->expression = arena_strdup(r->arena, quoted);
    return !retyped || assign_back(r, column, now, out, error);
}

/* A column that the change drops: kept where blue has the row, else the next value of its sequence,
 * or its default. */
static bool
from_nothing(Reverser *r, const Column *column, MapColumn *out)
{
    Mapping *reverse = &r->shape->reverse;
    const char *value =
        column->next_value != NULL ? column->next_value : column->default_expression;

    if (column->generated)
        return true;
    if (value == NULL && column->not_null)
        return no_way_back(r, arena_printf(r->arena,
                                           "dropped column %s is NOT NULL and has no default; "
                                           "give a value for new rows with --reverse-map",
                                           column->name));
    out->expression = arena_strdup(r->arena, value != NULL ? value : "NULL");
    reverse->kept[reverse->kept_count++] = column->name;
    return true;
}

static bool
reverse_column(Reverser *r, const Column *column, MapColumn *out, Error *error)
{
    const char *given = mapped_expression(r, column->name);
    MapColumn *green = continuation(r, column->name);

    *out =
        (MapColumn){.name = column->name, .type = column->type, .binary = column->has_binary_form};
    if (green != NULL && given != NULL)
    {
        out->source = green->name;
        out->source_type = green->type;
    }
    if (given != NULL)
        return from_reverse_map(r, column, given, out, error);
    return green != NULL ? from_continuation(r, column, green, out, error)
                         : from_nothing(r, column, out);
}

/* A key that the old type cannot hold has no row there: it must not fail, but match nothing. */
static char *
fitting_key(const Reverser *r, const MapColumn *column)
{
    static const struct
    {
        const char *type;
        const char *low;
        const char *high;
    } limits[] = {{"integer", "-2147483648", "2147483647"}, {"smallint", "-32768", "32767"}};
    const char *quoted = ident_quote(r->arena, column->source);

    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
        if (strcmp(column->type, limits[i].type) == 0 &&
            strcmp(column->source_type, column->type) != 0)
            return arena_printf(r->arena,
                                "CASE WHEN %s OPERATOR(pg_catalog.>=) %s AND "
                                "%s OPERATOR(pg_catalog.<=) %s THEN %s END",
                                quoted, limits[i].low, quoted, limits[i].high, column->compared);
    return column->compared;
}

static bool
reverse_key(Reverser *r, Error *error)
{
    const Mapping *forward = &r->shape->mapping;
    Mapping *reverse = &r->shape->reverse;

    Text key_columns = {0};
    const char *over;

    for (int i = 0; i < forward->key_count; i++)
        text_append_item(
            &key_columns,
            arena_printf(r->arena, "k.%s", ident_quote(r->arena, forward->keys[i].standby)));
    over = arena_strdup(r->arena, text_cstr(&key_columns));
    text_clear(&key_columns);
    reverse->keys = arena_alloc(r->arena, sizeof(MapKey) * (size_t)(forward->key_count + 1));
    for (; reverse->key_count < forward->key_count; reverse->key_count++)
    {
        const MapKey *key = &forward->keys[reverse->key_count];
        const MapColumn *column = NULL;
        bool holds = true;

        for (int i = 0; i < reverse->column_count; i++)
            if (strcmp(reverse->columns[i].name, key->live) == 0)
                column = &reverse->columns[i];
        if (column != NULL && column->compared != NULL &&
            !reverse_ask_distinct(
                r->probe, columns_by_name(r->green, key->standby),
                columns_by_name(r->blue_columns, key->live),
                &(MapColumn){.source = (char *)key->standby, .type = column->type}, &holds, error))
            return false;
        if (column == NULL || column->compared == NULL || !holds ||
            mapped_expression(r, key->live) != NULL)
            return no_way_back(
                r, arena_printf(r->arena, "key column %s cannot be converted back from %s to %s",
                                key->live, key->standby_type, key->live_type));
        reverse->keys[reverse->key_count] = (MapKey){
            .live = key->standby,
            .live_type = key->standby_type,
            .live_equality = key->standby_equality,
            .standby = key->live,
            .standby_type = key->live_type,
            .standby_equality = key->live_equality,
            .expression = column->compared,
        };
        reverse->keys[reverse->key_count].expression = fitting_key(r, column);
        if (!probe_ask_over(r->probe, column->compared, over, &holds, error))
            return false;
        if (!holds)
            return no_way_back(
                r, "the old key cannot be computed from the columns of the new key alone");
    }
    return true;
}

bool
reverse_derive(Probe *probe, const Spec *spec, const ColumnList *blue_columns,
               const ColumnList *green_columns, Shape *shape, Error *error)
{
    Reverser r = {probe, probe->arena, spec, blue_columns, green_columns, shape};
    Mapping *reverse = &shape->reverse;
    size_t count = (size_t)blue_columns->count + 1;

    *reverse = (Mapping){.columns = arena_alloc(probe->arena, sizeof(MapColumn) * count),
                         .kept = arena_alloc(probe->arena, sizeof(char *) * count),
                         .dropped = arena_strdup(probe->arena, "")};
    for (; reverse->column_count < blue_columns->count; reverse->column_count++)
        if (!reverse_column(&r, &blue_columns->items[reverse->column_count],
                            &reverse->columns[reverse->column_count], error))
            return false;
    return reverse_key(&r, error);
}
