/*
 * The summary of a run.
 */
#include "cmd/summary.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "ui/progress.h"

static int64_t
total_ms(const Summary *summary)
{
    int64_t total = 0;

    for (int i = 0; i <= PHASE_ABORTED; i++)
        total += summary->phase_ms[i];
    return total;
}

static void
print_change(const Migration *migration)
{
    const Mapping *mapping = &migration->pairs[0].forward;

    for (int i = 0; i < mapping->column_count; i++)
    {
        const MapColumn *column = &mapping->columns[i];

        if (column->source == NULL)
            printf("  + %s %s\n", column->name, column->type);
        else if (column->compared == NULL || column->expression == NULL ||
                 strcmp(column->compared, column->expression) != 0 ||
                 strcmp(column->source, column->name) != 0)
            printf("  ~ %s %s -> %s %s\n", column->source, column->source_type, column->name,
                   column->type);
    }
}

/* Columns that the change dropped: on the way back live does not have them. */
static void
print_dropped(const Pair *pair)
{
    if (pair->migration->live_is_blue || !pair->has_mapping)
        return;
    for (int i = 0; i < pair->mapping.column_count; i++)
        if (pair->mapping.columns[i].source == NULL)
            printf("  - %s %s\n", pair->mapping.columns[i].name, pair->mapping.columns[i].type);
}

static void
print_phases(const Summary *summary)
{
    char time[CLOCK_TEXT_SIZE];

    printf("  time    %s:", duration_format(time, total_ms(summary)));
    for (int i = 0; i < PHASE_SWAPPED; i++)
        if (summary->phase_ms[i] > 0)
            printf(" %s %s", i == PHASE_READY ? "swap" : phase_name((Phase)i),
                   duration_format(time, summary->phase_ms[i]));
    printf("\n");
}

static void
print_text(const Migration *migration, const Summary *summary)
{
    char count[40], rate[40];
    int64_t copy_ms = summary->phase_ms[PHASE_COPY];

    printf("%s %s\n", migration->pairs[0].live,
           migration->phase == PHASE_SWAPPED ? "is swapped"
           : summary->swap_attempts > 0 ? "is back in its old form, and ready to be swapped again"
                                        : "is ready to be swapped");
    print_change(migration);
    print_dropped(&migration->pairs[0]);
    if (summary->rows_copied > 0)
        printf("  rows    %s copied, %s rows/s\n", count_format(count, summary->rows_copied),
               count_format(rate, summary->rows_copied * 1000 / (copy_ms > 0 ? copy_ms : 1)));
    printf("  sync    %s keys applied", count_format(count, summary->keys_applied));
    printf("; %s rows compared, %" PRId64 " different", count_format(count, summary->rows_compared),
           summary->rows_different);
    if (summary->keys_proven > 0)
        printf("; %s keys compared again after they were applied",
               count_format(count, summary->keys_proven));
    printf("\n");
    if (total_ms(summary) > 0)
        print_phases(summary);
    if (summary->swap_attempts > 0)
        printf("  swap    %" PRId64 " %s, lock held %.1f ms, %" PRId64
               " keys drained under it, longest wait for it %" PRId64 " ms\n",
               summary->swap_attempts, summary->swap_attempts == 1 ? "attempt" : "attempts",
               (double)summary->lock_held_us / 1000, summary->rows_drained,
               summary->longest_wait_ms);
    if (summary->waiters > 0)
        printf("          %" PRId64 " sessions were seen waiting for it, for %" PRId64
               " ms at most\n",
               summary->waiters, summary->waiters_longest_ms);
    if (migration->phase == PHASE_SWAPPED)
        printf("The old table stands in schema pgswap_%s_blue until \"pgswap finish\"; %s.\n",
               migration->id_text,
               migration->no_way_back == NULL ? "\"pgswap revert\" swaps back"
                                              : "there is no way back");
}

static void
print_json(const Migration *migration, const Summary *summary)
{
    json_t *phases = json_object(), *root;

    for (int i = 0; i < PHASE_SWAPPED; i++)
        json_object_set_new(phases, i == PHASE_READY ? "swap" : phase_name((Phase)i),
                            json_real((double)summary->phase_ms[i] / 1000));
    root = json_pack(
        "{s:i,s:s,s:s,s:s,s:I,s:I,s:I,s:I,s:I,s:f,s:o,s:{s:I,s:f,s:I,s:I,s:I,s:I}}",
        "schema_version", 1, "migration", migration->id_text, "table", migration->pairs[0].live,
        "phase", phase_name(migration->phase), "rows_copied", (json_int_t)summary->rows_copied,
        "keys_applied", (json_int_t)summary->keys_applied, "rows_compared",
        (json_int_t)summary->rows_compared, "keys_proven", (json_int_t)summary->keys_proven,
        "rows_different", (json_int_t)summary->rows_different, "seconds",
        (double)total_ms(summary) / 1000, "seconds_by_phase", phases, "swap", "attempts",
        (json_int_t)summary->swap_attempts, "lock_held_ms", (double)summary->lock_held_us / 1000,
        "longest_wait_ms", (json_int_t)summary->longest_wait_ms, "rows_drained",
        (json_int_t)summary->rows_drained);
    json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    printf("\n");
    json_decref(root);
}

void
summary_print(const Session *session)
{
    const Context *context = &session->context;

    if (session->options->json)
        print_json(context->migration, &context->summary);
    else
        print_text(context->migration, &context->summary);
}
