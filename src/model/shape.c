/*
 * Builds the empty green and reads off what the change means.  The order matters: green is first
 * made to look exactly like blue (and this is checked); then the user's statements run on it one by
 * one; then the catalog is compared by attnum, so that a rename is seen as one.
 */
#include "model/shape.h"

#include <string.h>

#include "base/text.h"
#include "model/heap.h"
#include "model/outcome.h"
#include "model/probe.h"
#include "model/refusals.h"
#include "model/reverse.h"
#include "model/statement.h"
#include "sql/ident.h"
#include "sql/scan.h"
#include "sql/template.h"

/* An expression that the user gave for a column of green. */
typedef struct Given
{
    int attnum;   /* of green */
    char *policy; /* the parsed expression, for probe_read() */
} Given;

typedef struct Maker
{
    Conn *conn;
    Arena *arena;
    const Table *blue;
    const Spec *spec;
    const Parameters *parameters;
    Shape *shape;
    Probe probe;
    ColumnList before; /* green's columns, when it looked like blue */
    ColumnList after;  /* and after the change */
    int given_count;
    Given *given;        /* of USING clauses */
    char **map_policies; /* of --map, in the order of the specification */
} Maker;

static void
warn(Maker *m, const char *text)
{
    notes_add(m->arena, &m->shape->warnings, text);
}

/* --- green like blue ---------------------------------------------------------------------- */

/* The server looks into functions that expressions call, even where there is no row. */
static bool
run_with_parameters(Maker *m, const StatementList *list, Error *error)
{
    return parameters_use(m->parameters, m->conn, error) &&
           statement_list_run(m->conn, list, error) && parameters_leave(m->conn, error);
}

static bool
refuse_renamed(Maker *m, Error *error)
{
    error_clear(error);
    error_set(error, ERROR_CHANGED, "table %s was renamed meanwhile", m->blue->qualified);
    return error_hint(error, "Run the command again with the table's name.");
}

static bool
make_green(Maker *m, Error *error)
{
    const char *schema = m->shape->schema, *blue = m->blue->oid;
    StatementList made, carried;

    if (!statement_generate(m->conn, error, "green_schema", "schema", schema, "blue", blue, NULL) ||
        !statement_collect(m->conn, m->arena, &made, error, "green_create", "path",
                           m->parameters->path, "schema", schema, "blue", blue, NULL) ||
        !run_with_parameters(m, &made, error) ||
        !table_oid(m->conn, m->arena, schema, m->blue->name, &m->shape->green, error))
        return error_is(error, "42P01") ? refuse_renamed(m, error)
                                        : error_context(error, "creating the new table");
    if (m->shape->green ==
        NULL) /* it has blue's name of this moment; from here on nobody renames blue */
        return refuse_renamed(m, error);
    m->shape->qualified = ident_qualified(m->arena, schema, m->blue->name);
    if (!statement_generate(m->conn, error, "green_names", "schema", schema, "blue", blue, "green",
                            m->shape->green, NULL) ||
        !statement_collect(m->conn, m->arena, &carried, error, "green_carry", "path",
                           m->parameters->path, "schema", schema, "blue", blue, "green",
                           m->shape->green, NULL) ||
        !run_with_parameters(m, &carried, error))
        return error_context(error, "creating the new table like the old one");
    return columns_read(m->conn, m->arena, m->parameters, m->shape->green, &m->before, error);
}

/* Nothing but an event trigger puts a trigger, a policy and the like on a table that was just made.
 */
static bool
check_event_triggers(Maker *m, Error *error)
{
    RefusalList list = {0};

    if (!refusals_read_green(m->conn, m->arena, m->shape->green, &list, error))
        return false;
    if (list.count == 0)
        return true;
    error_set(error, ERROR_REFUSED, "an event trigger adds to the new table of %s: %s",
              m->blue->qualified, list.items[0].what);
    error_detail(error, "The new table cannot be filled with it: %s.", list.items[0].why);
    return error_hint(error, "Have the event trigger skip schemas whose names begin with "
                             "pgswap_, or disable it until the migration is finished.");
}

/* Before the change green must be what blue is: a difference is something we do not carry. */
static bool
check_green(Maker *m, Error *error)
{
    Description green;
    char *difference;

    if (!description_read(m->conn, m->arena, m->blue->oid, m->blue->schema, m->blue->schema, NULL,
                          &m->shape->live, error) ||
        !description_read(m->conn, m->arena, m->shape->green, m->shape->schema, m->blue->schema,
                          NULL, &green, error))
        return false;
    difference = description_compare(m->arena, &m->shape->live, &green, DESCRIPTION_OWN,
                                     DESCRIPTION_OUTCOME);
    if (difference == NULL)
        return true;
    error_set(error, ERROR_REFUSED, "%s has something that pgswap cannot carry over",
              m->blue->qualified);
    error_detail(error, "%s", difference);
    return error_hint(error, "Please report this; nothing was changed.");
}

/* --- the change --------------------------------------------------------------------------- */

static bool
note_using(Maker *m, const ScanAction *action, const ColumnList *now, Error *error)
{
    const Column *column = columns_by_name(now, action->name);
    Given *grown = arena_alloc(m->arena, sizeof(Given) * (size_t)(m->given_count + 1));
    char *policy;

    /* unknown names are for the server to complain of; a column that is new has no values yet */
    if (column == NULL || columns_by_attnum(&m->before, column->attnum) == NULL)
        return true;
    for (int i = 0; i < m->given_count; i++)
        if (m->given[i].attnum == column->attnum)
        {
            error_set(error, ERROR_REFUSED, "column %s changes its type twice", action->name);
            return error_hint(error, "Change it once, with one USING expression.");
        }
    if (!probe_parse(&m->probe, action->using_expression, &policy, error))
        return error_context(error, "USING of column %s", action->name);
    if (m->given_count > 0)
        memcpy(grown, m->given, sizeof(Given) * (size_t)m->given_count);
    grown[m->given_count++] = (Given){column->attnum, policy};
    m->given = grown;
    return true;
}

/* Parses the USING expressions of an ALTER TABLE under the names that hold at this moment. */
static bool
note_usings(Maker *m, const char *actions, Error *error)
{
    ScanList list;
    ColumnList now = {0};

    if (!scan_actions(m->arena, actions, &list, error))
        return false;
    for (int i = 0; i < list.count; i++)
    {
        ScanAction action;

        if (!scan_action(m->arena, list.items[i], &action, error))
            return false;
        if (action.using_expression == NULL)
            continue;
        if (now.items == NULL &&
            (!probe_take_names(&m->probe, m->shape->green, true, error) ||
             !columns_read(m->conn, m->arena, m->parameters, m->shape->green, &now, error)))
            return false;
        if (!note_using(m, &action, &now, error))
            return false;
    }
    return true;
}

static bool
run_change(Maker *m, const SpecStatement *statement, Error *error)
{
    const char *sql = NULL;
    int found;

    if (!parameters_use(m->parameters, m->conn, error))
        return false;
    if (statement->actions != NULL)
        sql = template_render(m->arena, "green_alter", error, "green", m->shape->qualified,
                              "actions", statement->actions, NULL);
    else
        sql =
            scan_replace_variable(m->arena, statement->sql, ":green", m->shape->qualified, &found);
    if (sql == NULL)
        return false;
    if (await_query(m->conn, sql, error) != NULL)
        return parameters_leave(m->conn, error);
    statement_show(m->arena, statement->actions != NULL ? statement->actions : sql, sql, error);
    return error_context(error, "the change");
}

static bool
note_maps(Maker *m, Error *error)
{
    m->map_policies = arena_alloc(m->arena, sizeof(char *) * (size_t)(m->spec->map_count + 1));
    for (int i = 0; i < m->spec->map_count; i++)
        if (!probe_parse(&m->probe, m->spec->maps[i].expression, &m->map_policies[i], error))
            return error_context(error, "--map of column %s", m->spec->maps[i].column);
    return true;
}

static bool
read_green_heaps(Maker *m, Heaps *heaps, Error *error)
{
    char *oid;

    if (!table_oid(m->conn, m->arena, m->shape->schema, m->blue->name, &oid, error))
        return false;
    if (oid == NULL)
        return error_set(error, ERROR_REFUSED, "the change drops, renames or moves the table");
    return heaps_read(m->conn, m->arena, oid, heaps, error);
}

static bool
change_green(Maker *m, Error *error)
{
    Heaps before, after;

    if (!read_green_heaps(m, &before, error) || !note_maps(m, error))
        return false;
    for (int i = 0; i < m->spec->statement_count; i++)
    {
        const SpecStatement *statement = &m->spec->statements[i];

        if ((statement->actions != NULL && !note_usings(m, statement->actions, error)) ||
            !run_change(m, statement, error))
            return false;
    }
    if (!read_green_heaps(m, &after, error) ||
        !statement_generate(m->conn, error, "green_targets", "schema", m->shape->schema, "green",
                            m->shape->green, "blue", m->blue->oid, NULL))
        return false;
    m->shape->rewrites = !heaps_are_same(&before, &after);
    return probe_take_names(&m->probe, m->blue->oid, false, error) &&
           columns_read(m->conn, m->arena, m->parameters, m->shape->green, &m->after, error);
}

/* --- the mapping -------------------------------------------------------------------------- */

/* The expression that the user gave for a column, by USING or --map (which wins). */
static bool
given_expression(Maker *m, const Column *column, Expression *expression, Error *error)
{
    const char *policy = NULL;

    for (int i = 0; i < m->given_count; i++)
        if (m->given[i].attnum == column->attnum)
            policy = m->given[i].policy;
    for (int i = 0; i < m->spec->map_count; i++)
        if (strcmp(m->spec->maps[i].column, column->name) == 0)
            policy = m->map_policies[i];
    return policy == NULL || probe_read(&m->probe, policy, expression, error);
}

static char *
cast_to(Maker *m, const char *expression, const Column *column)
{
    return arena_printf(m->arena, "CAST(%s AS %s)", expression, column->cast_type);
}

/* A column that continues one of live's. */
static bool
map_kept(Maker *m, const Column *column, const Column *source, Expression *given, MapColumn *out,
         Error *error)
{
    bool retyped = strcmp(column->type_identity, source->type_identity) != 0;
    Expression cast = {0};
    char *policy;

    out->source = source->name;
    out->source_type = source->type;
    out->unchanged = !retyped && given->text == NULL && strcmp(column->name, source->name) == 0 &&
                     column->generated == source->generated &&
                     !columns_generate_apart(column, source);
    out->expression = given->text != NULL ? given->text : ident_quote(m->arena, source->name);
    out->compared =
        retyped || given->text != NULL ? cast_to(m, out->expression, column) : out->expression;
    if (columns_generate_apart(column, source))
        out->compared = NULL;
    if (column->generated)
        out->expression = NULL;
    else if (retyped && given->text == NULL &&
             !(probe_parse(&m->probe, out->compared, &policy, error) &&
               probe_read(&m->probe, policy, &cast, error)))
        return error_context(error, "column %s", column->name);
    given->session_format = given->session_format || cast.session_format;
    given->calls_functions = given->calls_functions || cast.calls_functions;
    if (given->undetermined == NULL)
        return true;
    error_set(error, ERROR_REFUSED, "the value of column %s does not depend on the row alone",
              column->name);
    error_detail(error, "In %s: %s.", given->text, given->undetermined);
    return error_hint(error, "Use an expression that gives the same value each time it is "
                             "evaluated for a row.");
}

/* A new column: --map, or its default if that is a constant; else standby makes the value itself.
 */
static bool
map_new(Maker *m, const Column *column, Expression *given, MapColumn *out, Error *error)
{
    char *policy;

    if (column->generated || (column->identity && given->text == NULL) ||
        (given->text == NULL && column->domain_default))
        return true;
    if (given->text == NULL && column->default_expression == NULL)
        given->text = arena_strdup(m->arena, "NULL");
    if (given->text == NULL &&
        (!probe_parse(&m->probe, column->default_expression, &policy, error) ||
         !probe_read(&m->probe, policy, given, error)))
        return false;
    if (given->undetermined != NULL && column->default_expression != NULL &&
        strcmp(given->text, column->default_expression) == 0)
        return true; /* a default such as now(): the copy evaluates it once for each row */
    out->expression = cast_to(m, given->text, column);
    out->compared = given->undetermined == NULL ? out->expression : NULL;
    return true;
}

static bool
map_column(Maker *m, const Column *column, MapColumn *out, Error *error)
{
    const Column *source = columns_by_attnum(&m->before, column->attnum);
    Expression given = {0};

    out->name = column->name;
    out->type = column->type;
    out->binary = column->has_binary_form;
    if (!given_expression(m, column, &given, error))
        return false;
    if (given.text != NULL && column->generated)
        return error_set(error, ERROR_REFUSED, "column %s is generated and cannot be mapped",
                         column->name);
    if (!(source != NULL ? map_kept(m, column, source, &given, out, error)
                         : map_new(m, column, &given, out, error)))
        return false;
    if (given.session_format || given.calls_functions)
        notes_add(m->arena, &m->shape->computed,
                  arena_printf(m->arena, "the values of column %s", column->name));
    if (given.session_format)
        warn(m, arena_printf(m->arena,
                             "column %s is converted with TimeZone = %s, DateStyle = %s: name "
                             "the time zone in the expression if you mean another one",
                             column->name, parameters_value(m->parameters, "TimeZone"),
                             parameters_value(m->parameters, "DateStyle")));
    if (out->compared == NULL)
        warn(m,
             arena_printf(m->arena,
                          "column %s gets its value from the new table itself and is not compared",
                          column->name));
    return true;
}

static bool
check_maps(Maker *m, Error *error)
{
    for (int i = 0; i < m->spec->map_count; i++)
        if (columns_by_name(&m->after, m->spec->maps[i].column) == NULL)
            return error_set(error, ERROR_REFUSED,
                             "--map names column %s, which the new table does not have",
                             m->spec->maps[i].column);
    return true;
}

static bool
map_columns(Maker *m, Error *error)
{
    Mapping *mapping = &m->shape->mapping;

    if (!check_maps(m, error))
        return false;
    mapping->columns = arena_alloc(m->arena, sizeof(MapColumn) * (size_t)(m->after.count + 1));
    for (; mapping->column_count < m->after.count; mapping->column_count++)
        if (!map_column(m, &m->after.items[mapping->column_count],
                        &mapping->columns[mapping->column_count], error))
            return false;
    return true;
}

/* --- the key ------------------------------------------------------------------------------ */

static const MapColumn *
continuation_of(Maker *m, const char *source)
{
    const Mapping *mapping = &m->shape->mapping;

    for (int i = 0; i < mapping->column_count; i++)
        if (mapping->columns[i].source != NULL && strcmp(mapping->columns[i].source, source) == 0)
            return &mapping->columns[i];
    return NULL;
}

static bool
refuse_key(Maker *m, const char *why, Error *error)
{
    error_set(error, ERROR_REFUSED, "the change removes the key of %s", m->blue->qualified);
    error_detail(error, "%s", why);
    return error_hint(error,
                      "Rows are kept in sync by the columns of index \"%s\": the new table "
                      "needs a unique index over the same columns, all NOT NULL.",
                      m->blue->key_index);
}

static bool
map_key_column(Maker *m, const KeyColumn *live, const char *key_columns, MapKey *key, Error *error)
{
    const MapColumn *column = continuation_of(m, live->name);
    const Result *result;
    bool holds = true;

    if (column == NULL)
        return refuse_key(m, arena_printf(m->arena, "Column %s is dropped.", live->name), error);
    if (column->compared == NULL)
        return refuse_key(
            m, arena_printf(m->arena, "Column %s is computed differently.", live->name), error);
    *key = (MapKey){.live = live->name,
                    .live_type = live->type,
                    .live_equality = live->equality,
                    .standby = column->name,
                    .standby_type = column->type,
                    .expression = column->compared};
    if (!reverse_ask_distinct(&m->probe, columns_by_name(&m->before, live->name),
                              columns_by_name(&m->after, column->name), column, &holds, error))
        return false;
    if (!holds)
        return refuse_key(
            m, arena_printf(m->arena, "Different values of %s could become one.", live->name),
            error);
    if (!probe_ask_over(&m->probe, key->expression, key_columns, &holds, error))
        return false;
    if (!holds)
        return refuse_key(m,
                          arena_printf(m->arena,
                                       "The value of %s depends on columns outside "
                                       "the key.",
                                       column->name),
                          error);
    result = statement_run(m->conn, error, "type_equality", "table", m->shape->green, "column",
                           column->name, NULL);
    if (result == NULL)
        return false;
    if (result_rows(result) == 0)
        return refuse_key(
            m, arena_printf(m->arena, "There is no unique index over column %s.", column->name),
            error);
    key->standby_equality = arena_strdup(m->arena, result_get(result, 0, "equality"));
    key->standby_type = arena_strdup(m->arena, result_get(result, 0, "base_type"));
    return true;
}

static bool
map_key(Maker *m, Error *error)
{
    Mapping *mapping = &m->shape->mapping;
    const Table *blue = m->blue;
    Text key_columns = {0}, names = {0};
    const Result *result = NULL;
    bool ok = true;

    mapping->keys = arena_alloc(m->arena, sizeof(MapKey) * (size_t)(blue->key_count + 1));
    for (int i = 0; i < blue->key_count; i++)
        text_append_item(&key_columns,
                         arena_printf(m->arena, "k.%s", ident_quote(m->arena, blue->key[i].name)));
    for (; ok && mapping->key_count < blue->key_count; mapping->key_count++)
    {
        MapKey *key = &mapping->keys[mapping->key_count];

        ok = map_key_column(m, &blue->key[mapping->key_count], key_columns.data, key, error);
        if (ok)
            text_append_item(&names, literal_quote(m->arena, key->standby));
    }
    if (ok)
        result = statement_run(m->conn, error, "key_survives", "green", m->shape->green, "names",
                               text_cstr(&names), NULL);
    ok = result != NULL && (result_get_bool(result, 0, "survives") ||
                            refuse_key(m, "No unique index covers exactly its columns.", error));
    text_clear(&key_columns);
    text_clear(&names);
    return ok;
}

/* --- what else is read off ---------------------------------------------------------------- */

/* Has the server check that every value can be assigned to its column. */
static bool
check_assignment(Maker *m, Error *error)
{
    const Mapping *mapping = &m->shape->mapping;
    Text columns = {0}, expressions = {0};
    bool ok;

    for (int i = 0; i < mapping->column_count; i++)
        if (mapping->columns[i].expression != NULL)
        {
            text_append_item(&columns, ident_quote(m->arena, mapping->columns[i].name));
            text_append_item(&expressions, mapping->columns[i].expression);
        }
    if (columns.length == 0)
        ok = error_set(error, ERROR_REFUSED, "the change leaves no column to copy");
    else
        ok = parameters_use(m->parameters, m->conn, error) &&
             statement_do(m->conn, error, "probe_insert", "standby", m->shape->qualified, "columns",
                          columns.data, "expressions", expressions.data, "schema", m->probe.schema,
                          "name", m->probe.name, NULL) &&
             parameters_leave(m->conn, error);
    if (!ok)
        error_context(error, "the mapping");
    text_clear(&columns);
    text_clear(&expressions);
    return ok;
}

/* Whether a statement that was prepared before may return something else after the swap. */
static bool
changes_shape(const Maker *m)
{
    if (m->before.count != m->after.count)
        return true;
    for (int i = 0; i < m->after.count; i++)
        if (strcmp(m->before.items[i].type_identity, m->after.items[i].type_identity) != 0 ||
            strcmp(m->before.items[i].name, m->after.items[i].name) != 0)
            return true;
    return false;
}

/* The way back is derived over a probe with green's columns. */
static bool
derive_reverse(Maker *m, Error *error)
{
    ColumnList blue;

    return columns_read(m->conn, m->arena, m->parameters, m->blue->oid, &blue, error) &&
           probe_open(&m->probe, m->conn, m->arena, m->parameters,
                      arena_printf(m->arena, "%s_probe", m->shape->schema), m->shape->qualified,
                      m->blue->name, error) &&
           reverse_derive(&m->probe, m->spec, &blue, &m->after, m->shape, error) &&
           probe_close(&m->probe, error);
}

bool
shape_make(Conn *conn, Arena *arena, const Table *blue, const Spec *spec,
           const Parameters *parameters, const char *schema, Shape *shape, Error *error)
{
    Maker m = {.conn = conn,
               .arena = arena,
               .blue = blue,
               .spec = spec,
               .parameters = parameters,
               .shape = shape};

    *shape = (Shape){.schema = arena_strdup(arena, schema)};
    return make_green(&m, error) && check_event_triggers(&m, error) && check_green(&m, error) &&
           probe_open(&m.probe, conn, arena, parameters, arena_printf(arena, "%s_probe", schema),
                      blue->qualified, blue->name, error) &&
           change_green(&m, error) && map_columns(&m, error) && map_key(&m, error) &&
           check_assignment(&m, error) && probe_close(&m.probe, error) &&
           derive_reverse(&m, error) &&
           outcome_read(conn, arena, blue, parameters, changes_shape(&m), shape, error);
}
