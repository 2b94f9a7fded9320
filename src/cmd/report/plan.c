/*
 * What a change means.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd/report.h"
#include "ui/member.h"
#include "ui/progress.h"
#include "ui/wrap.h"

enum
{
    INDENT = 4 /* of the further lines of an item */
};

/* The steps of every migration with the lock each takes on the table in use. */
static const struct
{
    const char *step;
    const char *lock;
    const char *held;
} steps[] = {
    {"build the empty new table", "ACCESS SHARE", "a moment"},
    {"install the capture triggers", "SHARE ROW EXCLUSIVE", "a moment, retried"},
    {"copy the rows in chunks", "ACCESS SHARE", "per chunk"},
    {"build key and indexes, VACUUM", "none", ""},
    {"apply the changes made meanwhile", "ACCESS SHARE", "per round"},
    {"compare both tables", "ACCESS SHARE", "during the comparison"},
    {"swap", "ACCESS EXCLUSIVE", "milliseconds, retried"},
};

enum
{
    STEP_COUNT = sizeof(steps) / sizeof(steps[0])
};

static const char *
origin(const MapColumn *column)
{
    if (column->expression != NULL)
        return column->expression;
    return column->source != NULL ? "(generated)" : "(from the new table)";
}

static void
print_columns(const Plan *plan)
{
    const Mapping *mapping = &plan->shape.mapping;
    int plain = 0;

    printf("\nColumns\n");
    for (int i = 0; i < mapping->column_count; i++)
    {
        const MapColumn *column = &mapping->columns[i];

        if (column->unchanged)
        {
            plain++;
            continue;
        }
        wrap_print(INDENT, "  %-24s %-24s <- %s\n", column->name, column->type, origin(column));
    }
    for (int i = 0; i < plan->shape.reverse.column_count; i++)
        if (plan->shape.reverse.columns[i].source == NULL)
            printf("  %-24s %-24s dropped\n", plan->shape.reverse.columns[i].name,
                   plan->shape.reverse.columns[i].type);
    printf("  %d %s unchanged\n", plain, plain == 1 ? "column is" : "columns are");
}

/* One line a statement, cut where it is long; of a long list the number, unless all of it is asked
 * for. */
static void
print_list(const char *heading, const StatementList *list, bool verbose)
{
    enum
    {
        WIDTH = 110,
        LENGTH = 20
    };

    if (list->count > 0)
        printf("\n%s\n", heading);
    if (list->count > LENGTH && !verbose)
    {
        printf("  %d (--verbose lists them)\n", list->count);
        return;
    }
    for (int i = 0; i < list->count; i++)
    {
        int length = (int)strcspn(list->items[i], "\n");

        wrap_print(INDENT, "  %.*s%s\n", length > WIDTH ? WIDTH : length, list->items[i],
                   length > WIDTH || list->items[i][length] != '\0' ? " …" : "");
    }
}

/* What decides about values that are computed, where that is more than the row. */
static void
print_parameters(const Plan *plan)
{
    const Parameters *parameters = &plan->parameters;
    const Notes *computed = &plan->shape.computed;

    if (computed->count == 0)
        return;
    printf("\nComputed as in a new session of role %s\n", parameters->role);
    for (int i = 0; i < computed->count; i++)
        printf("  %s\n", computed->items[i]);
    printf("with\n");
    for (int i = 0; i < parameters->count; i++)
        if (parameters->items[i].shown)
            wrap_print(INDENT, "  %-24s %s\n", parameters->items[i].name,
                       parameters->items[i].value);
}

static void
print_plan(const Plan *plan, bool verbose)
{
    const Table *table = &plan->table;
    char rows[40], heap[40], index[40], need[40];

    printf("Plan for %s\n\n", table->qualified);
    printf("  rows (estimated)  %s\n", count_format(rows, table->rows_estimated));
    printf("  table size        %s, indexes %s\n", bytes_format(heap, table->table_bytes),
           bytes_format(index, table->index_bytes));
    printf("  space needed      about %s, and about as much WAL\n",
           bytes_format(need, table->table_bytes + table->index_bytes));
    printf("  key               %s\n", table->key_index);
    printf("  lock of the swap  about %" PRId64 " ms at most\n", plan->swap_ms);
    print_columns(plan);
    print_parameters(plan);
    printf("\nSteps, and the lock each takes on the table\n");
    for (int i = 0; i < STEP_COUNT; i++)
        wrap_print(INDENT, "  %d. %-32s %s%s%s\n", i + 1, steps[i].step, steps[i].lock,
                   steps[i].held[0] != '\0' ? ", " : "", steps[i].held);
    printf("\nRecreated on the new table\n");
    for (int i = 0; i < plan->shape.object_count; i++)
        if (strcmp(plan->shape.objects[i].kind, "setting") != 0)
            printf("  %-10s %s\n", plan->shape.objects[i].kind, plan->shape.objects[i].name);
    print_list("Built before the swap: what materialized views show is of that moment",
               &plan->ahead, verbose);
    print_list("Other tables and views that the swap locks (ACCESS EXCLUSIVE)", &plan->others,
               verbose);
    print_list("Done in the swap, under the lock, to what depends on the table", &plan->moves,
               verbose);
    print_list("Done after the swap, with short locks (SHARE UPDATE EXCLUSIVE)", &plan->settling,
               verbose);
    for (int i = 0; i < plan->shape.warnings.count; i++)
        wrap_print(INDENT, "%s  %s\n", i == 0 ? "\nWarnings\n" : "", plan->shape.warnings.items[i]);
    if (plan->shape.no_way_back != NULL)
        wrap_print(INDENT, "\nNo way back after the swap: %s.\n", plan->shape.no_way_back);
    printf("\nPlan hash %s\n", plan->hash);
}

static json_t *
columns_json(const Mapping *mapping)
{
    json_t *array = json_array();

    for (int i = 0; i < mapping->column_count; i++)
    {
        const MapColumn *column = &mapping->columns[i];
        json_t *object = json_object();

        member_text(object, "name", column->name);
        member_text(object, "type", column->type);
        member_text(object, "source", column->source);
        member_text(object, "expression", column->expression);
        member_flag(object, "compared", column->compared != NULL);
        member_append(array, object);
    }
    return array;
}

static json_t *
steps_json(void)
{
    json_t *array = json_array();

    for (int i = 0; i < STEP_COUNT; i++)
    {
        json_t *object = json_object();

        member_text(object, "step", steps[i].step);
        member_text(object, "lock", steps[i].lock);
        member_text(object, "held", steps[i].held);
        member_append(array, object);
    }
    return array;
}

static json_t *
objects_json(const Shape *shape)
{
    json_t *array = json_array();

    for (int i = 0; i < shape->object_count; i++)
    {
        json_t *object = json_object();

        member_text(object, "kind", shape->objects[i].kind);
        member_text(object, "name", shape->objects[i].name);
        member_text(object, "statement", shape->objects[i].statement);
        member_append(array, object);
    }
    return array;
}

static json_t *
texts_json(char *const *texts, int count)
{
    json_t *array = json_array();

    for (int i = 0; i < count; i++)
        member_append(array, member_string(texts[i]));
    return array;
}

static json_t *
parameters_json(const Parameters *parameters)
{
    json_t *object = json_object();

    for (int i = 0; i < parameters->count; i++)
        member_text(object, parameters->items[i].name, parameters->items[i].value);
    return object;
}

static void
put_plan(json_t *report, const Plan *plan)
{
    const Table *table = &plan->table;

    member_text(report, "plan_hash", plan->hash);
    member_integer(report, "rows_estimated", table->rows_estimated);
    member_integer(report, "table_bytes", table->table_bytes);
    member_integer(report, "index_bytes", table->index_bytes);
    member_integer(report, "space_needed_bytes", table->table_bytes + table->index_bytes);
    member_text(report, "key", table->key_index);
    member_flag(report, "rewrite", plan->shape.rewrites);
    member_text(report, "no_way_back", plan->shape.no_way_back);
    member_object(report, "columns", columns_json(&plan->shape.mapping));
    member_object(report, "steps", steps_json());
    member_object(report, "objects", objects_json(&plan->shape));
    member_object(report, "parameters", parameters_json(&plan->parameters));
    member_object(report, "computed_with_parameters",
                  texts_json(plan->shape.computed.items, plan->shape.computed.count));
    member_real(report, "swap_expected_seconds", (double)plan->swap_ms / 1000);
    member_object(report, "locked_with_it", texts_json(plan->others.items, plan->others.count));
    member_object(report, "before_swap", texts_json(plan->ahead.items, plan->ahead.count));
    member_object(report, "in_swap", texts_json(plan->moves.items, plan->moves.count));
    member_object(report, "after_swap", texts_json(plan->settling.items, plan->settling.count));
    member_object(report, "warnings",
                  texts_json(plan->shape.warnings.items, plan->shape.warnings.count));
}

/* What is under way is what run would go on with. */
static void
print_migration(const Migration *migration)
{
    wrap_print(INDENT,
               "Migration %s of %s is under way, in phase %s: \"pgswap run\" continues it\n",
               migration->id_text, migration->label, phase_name(migration->phase));
}

void
report_plan(const Session *session, const Plan *plan)
{
    member_flag(session->report, "continues", plan == NULL);
    if (plan != NULL)
        put_plan(session->report, plan);
    if (session->options->json)
        return;
    if (plan != NULL)
        print_plan(plan, session->options->verbose);
    else
        print_migration(session->context.migration);
}
