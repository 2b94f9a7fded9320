/*
 * The summary of a run.
 */
#include "cmd/summary.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "ui/member.h"
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

void
summary_print(const Session *session)
{
    if (!session->options->json)
        print_text(session->context.migration, &session->context.summary);
}

static json_t *
phases_json(const Summary *summary)
{
    json_t *phases = json_object();

    for (int i = 0; i < PHASE_SWAPPED; i++)
        member_real(phases, i == PHASE_READY ? "swap" : phase_name((Phase)i),
                    (double)summary->phase_ms[i] / 1000);
    return phases;
}

static json_t *
swap_json(const Summary *summary)
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
summary_report(Session *session)
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
    member_object(report, "swap", swap_json(summary));
    member_text(report, "no_way_back", migration != NULL ? migration->no_way_back : NULL);
}
