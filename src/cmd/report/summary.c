/*
 * The summary of a run.
 */
#include "cmd/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "ui/member.h"
#include "ui/progress.h"
#include "ui/wrap.h"

enum
{
    INDENT = 10 /* where the figures begin */
};

static int64_t
total_ms(const Summary *summary)
{
    int64_t total = 0;

    for (int i = 0; i <= PHASE_ABORTED; i++)
        total += summary->phase_ms[i];
    return total;
}

static void
print_change(const Mapping *mapping)
{
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
    const char *between = ":";
    Text line = {0};

    text_printf(&line, "  time    %s", duration_format(time, total_ms(summary)));
    for (int i = PHASE_CAPTURE; i < PHASE_SWAPPED; i++)
        if (summary->phase_ms[i] > 0)
        {
            text_printf(&line, "%s %s %s", between,
                        i == PHASE_READY ? "swap" : phase_name((Phase)i),
                        duration_format(time, summary->phase_ms[i]));
            between = ",";
        }
    wrap_print(INDENT, "%s\n", text_cstr(&line));
    text_clear(&line);
}

static void
print_sync(const Summary *summary)
{
    char applied[40], compared[40], again[40];
    Text line = {0};

    text_printf(&line, "  sync    %s changes applied; %s rows compared, %" PRId64 " different",
                count_format(applied, summary->keys_applied),
                count_format(compared, summary->rows_compared), summary->rows_different);
    if (summary->keys_proven > 0)
        text_printf(&line, "; %s applied changes compared",
                    count_format(again, summary->keys_proven));
    wrap_print(INDENT, "%s\n", text_cstr(&line));
    text_clear(&line);
}

static void
print_lock(const Summary *summary)
{
    wrap_print(INDENT,
               "  lock    held %.1f ms, waited %.1f ms, %" PRId64 " %s, %" PRId64
               " changes applied while it was held\n",
               (double)summary->lock_held_us / 1000, (double)summary->lock_wait_us / 1000,
               summary->swap_attempts, summary->swap_attempts == 1 ? "attempt" : "attempts",
               summary->rows_drained);
    if (summary->waiters > 0)
        wrap_print(INDENT,
                   "          at most %" PRId64 " other sessions waited at once, for %" PRId64
                   " ms at most\n",
                   summary->waiters, summary->waiters_longest_ms);
}

static void
print_old_table(const Migration *migration)
{
    for_each_pair (pair, migration)
        wrap_print(0, "The old table is kept as %s until \"pgswap finish\"; %s.\n", pair->standby,
                   migration->no_way_back == NULL ? "\"pgswap revert\" swaps back"
                                                  : "there is no way back");
}

static void
print_summary(const Migration *migration, const Summary *summary)
{
    char count[40], rate[40];
    int64_t copy_ms = summary->phase_ms[PHASE_COPY];

    wrap_print(INDENT, "%s %s\n", migration->label,
               migration->phase == PHASE_SWAPPED ? "is swapped"
               : summary->swap_attempts > 0
                   ? "is reverted: the old table is live again; \"pgswap swap\" repeats the swap"
                   : "is ready to be swapped");
    for_each_pair (pair, migration)
    {
        print_change(&pair->forward);
        print_dropped(pair);
    }
    if (summary->rows_copied > 0)
        printf("  rows    %s copied, %s rows/s\n", count_format(count, summary->rows_copied),
               count_format(rate, summary->rows_copied * 1000 / (copy_ms > 0 ? copy_ms : 1)));
    print_sync(summary);
    if (total_ms(summary) > 0)
        print_phases(summary);
    if (summary->swap_attempts > 0)
        print_lock(summary);
    if (migration->phase == PHASE_SWAPPED)
        print_old_table(migration);
}

/* Not if all was done before this run. */
static bool
has_worked(const Summary *summary)
{
    return total_ms(summary) > 0 || summary->swap_attempts > 0;
}

void
report_summary(const Session *session)
{
    const Migration *migration = session->context.migration;

    if (session->options->json || session->options->quiet)
        return;
    if (migration->phase == PHASE_SWAPPED && !has_worked(&session->context.summary))
        wrap_print(0, "%s is swapped already, by migration %s; \"pgswap status\" says when\n",
                   migration->label, migration->id_text);
    else
        print_summary(migration, &session->context.summary);
}

static json_t *
phases_json(const Summary *summary)
{
    json_t *phases = json_object();

    for (int i = PHASE_CAPTURE; i < PHASE_SWAPPED; i++)
        member_real(phases, i == PHASE_READY ? "swap" : phase_name((Phase)i),
                    (double)summary->phase_ms[i] / 1000);
    return phases;
}

static json_t *
swap_summary_json(const Summary *summary)
{
    json_t *swap = json_object();

    member_integer(swap, "attempts", summary->swap_attempts);
    member_real(swap, "lock_held_seconds", (double)summary->lock_held_us / 1000000);
    member_real(swap, "longest_wait_seconds", (double)summary->longest_wait_ms / 1000);
    member_integer(swap, "rows_drained", summary->rows_drained);
    if (summary->unwatched)
    {
        member_text(swap, "waiters", NULL);
        member_text(swap, "waiters_longest_seconds", NULL);
        return swap;
    }
    member_integer(swap, "waiters", summary->waiters);
    member_real(swap, "waiters_longest_seconds", (double)summary->waiters_longest_ms / 1000);
    return swap;
}

void
report_figures(const Session *session)
{
    const Summary *summary = &session->context.summary;
    const Migration *migration = session->context.migration;
    json_t *report = session->report;

    member_integer(report, "rows_copied", summary->rows_copied);
    member_integer(report, "keys_applied", summary->keys_applied);
    member_integer(report, "rows_compared", summary->rows_compared);
    member_integer(report, "rows_different", summary->rows_different);
    member_integer(report, "keys_proven", summary->keys_proven);
    member_real(report, "seconds", (double)total_ms(summary) / 1000);
    member_object(report, "seconds_by_phase", phases_json(summary));
    member_object(report, "swap", swap_summary_json(summary));
    member_text(report, "no_way_back", migration != NULL ? migration->no_way_back : NULL);
}
