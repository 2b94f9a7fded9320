/*
 * What a run says at its end, to people and as JSON.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cmd/report.h"

static Arena *arena;
static Options options;
static Session session;
static Migration migration;
static Pair pair;

static MapColumn
column(const char *source, const char *source_type, const char *name, const char *type,
       const char *expression, const char *compared)
{
    return (MapColumn){.name = arena_strdup(arena, name),
                       .type = arena_strdup(arena, type),
                       .source = arena_strdup(arena, source),
                       .source_type = arena_strdup(arena, source_type),
                       .expression = arena_strdup(arena, expression),
                       .compared = arena_strdup(arena, compared)};
}

static void
add_column(Mapping *mapping, MapColumn added)
{
    mapping->columns[mapping->column_count++] = added;
}

static int
setup(void **state)
{
    (void)state;
    arena = arena_new();
    options = (Options){.json = false};
    pair = (Pair){.migration = &migration,
                  .live = arena_strdup(arena, "app.orders"),
                  .live_oid = arena_strdup(arena, "1001"),
                  .standby = arena_strdup(arena, "pgswap_17_blue.orders")};
    pair.forward.columns = arena_alloc(arena, sizeof(MapColumn) * 10);
    pair.mapping.columns = arena_alloc(arena, sizeof(MapColumn) * 10);
    migration = (Migration){.id_text = "17", .phase = PHASE_SWAPPED};
    journal_set_pairs(arena, &migration, &pair, 1);
    session = (Session){.options = &options, .report = json_object()};
    session.context.migration = &migration;
    session.context.summary.phase_ms[PHASE_CAPTURE] = 1; /* something was done */
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    json_decref(session.report);
    arena_free(arena);
    return 0;
}

/* What is printed. */
static const char *
printed(void)
{
    static char text[4096];
    FILE *file = tmpfile();
    int saved = dup(STDOUT_FILENO);
    size_t length;

    assert_non_null(file);
    fflush(stdout);
    assert_true(dup2(fileno(file), STDOUT_FILENO) >= 0);
    report_summary(&session);
    fflush(stdout);
    assert_true(dup2(saved, STDOUT_FILENO) >= 0);
    close(saved);
    rewind(file);
    length = fread(text, 1, sizeof(text) - 1, file);
    text[length] = '\0';
    fclose(file);
    return text;
}

static void
says(const char *piece)
{
    if (strstr(printed(), piece) == NULL)
        fail_msg("no \"%s\" in: %s", piece, printed());
}

static void
is_silent_of(const char *piece)
{
    if (strstr(printed(), piece) != NULL)
        fail_msg("\"%s\" in: %s", piece, printed());
}

/* ---- for people ---- */

static void
how_the_table_stands(void **state)
{
    (void)state;
    says("app.orders is swapped");
    says("pgswap_17_blue");
    says("revert");
    migration.no_way_back = arena_strdup(arena, "none");
    says("no way back");
    is_silent_of("revert");
    migration.phase = PHASE_READY;
    says("app.orders is ready to be swapped");
    is_silent_of("pgswap_17_blue");
    session.context.summary.swap_attempts = 1; /* it was swapped back by this command */
    is_silent_of("orders is ready");
    is_silent_of("orders is swapped");
}

static void
columns_that_the_change_touched(void **state)
{
    (void)state;
    add_column(&pair.forward, column("id", "integer", "id", "integer", "id", "id"));
    add_column(&pair.forward, column("n", "integer", "n", "bigint", "n", "(n)::bigint"));
    add_column(&pair.forward, column("old", "text", "new", "text", "old", "old"));
    add_column(&pair.forward, column(NULL, NULL, "made_at", "date", NULL, NULL));
    add_column(&pair.mapping, column("id", "integer", "id", "integer", "id", "id"));
    add_column(&pair.mapping, column(NULL, NULL, "gone", "text", NULL, NULL));
    pair.has_mapping = true;
    says("  ~ n integer -> n bigint\n");
    says("  ~ old text -> new text\n");
    says("  + made_at date\n");
    says("  - gone text\n");
    is_silent_of(" id ");
    migration.live_is_blue = true; /* then the mapping is the change itself */
    is_silent_of("gone");
}

static void
several_tables(void **state)
{
    Pair pairs[2] = {pair, pair};

    (void)state;
    pairs[1].live = arena_strdup(arena, "app.lines");
    pairs[1].standby = arena_strdup(arena, "pgswap_17_blue.lines");
    pairs[1].forward.columns = arena_alloc(arena, sizeof(MapColumn));
    add_column(&pairs[1].forward, column("n", "integer", "n", "bigint", "n", "(n)::bigint"));
    journal_set_pairs(arena, &migration, pairs, 2);
    says("app.orders, app.lines is swapped");
    says("  ~ n integer -> n bigint\n");
    says("pgswap_17_blue.orders");
    says("pgswap_17_blue.lines");
}

static void
figures_of_the_copy(void **state)
{
    Summary *summary = &session.context.summary;

    (void)state;
    is_silent_of("copied");
    summary->rows_copied = 1000000;
    summary->phase_ms[PHASE_COPY] = 4000;
    summary->phase_ms[PHASE_READY] = 300;
    says("250,000 rows/s");
    says("4.3 s:"); /* all phases together */
    says(" copy 4.0 s");
    says(" swap 300 ms");
    is_silent_of(" index ");
    summary->phase_ms[PHASE_COPY] = 0; /* quicker than the clock */
    says("1,000,000,000 rows/s");
}

static void
figures_of_the_swap(void **state)
{
    Summary *summary = &session.context.summary;

    (void)state;
    is_silent_of("attempt");
    is_silent_of("waiting");
    summary->swap_attempts = 1;
    summary->lock_held_us = 12345;
    says("1 attempt,");
    says("12.3 ms");
    summary->swap_attempts = 2;
    summary->waiters = 31;
    summary->waiters_longest_ms = 77;
    says("2 attempts,");
    says(" 31 ");
    says("77 ms");
}

static void
nothing_where_json_is_asked_for(void **state)
{
    (void)state;
    options.json = true;
    assert_string_equal(printed(), "");
}

/* ---- as JSON ---- */

static const json_t *
member(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);

    if (value == NULL)
        fail_msg("no member %s", name);
    return value;
}

static void
assert_seconds(const json_t *value, double seconds)
{
    assert_true(json_is_real(value));
    assert_true(json_real_value(value) > seconds - 1e-9 && json_real_value(value) < seconds + 1e-9);
}

static void
the_same_as_members(void **state)
{
    const json_t *swap, *phases;

    (void)state;
    session.context.summary = (Summary){.rows_copied = 5000000000,
                                        .rows_compared = 7,
                                        .rows_different = 1,
                                        .keys_applied = 3,
                                        .swap_attempts = 2,
                                        .lock_held_us = 12500,
                                        .longest_wait_ms = 40,
                                        .rows_drained = 9};
    session.context.summary.phase_ms[PHASE_COPY] = 1500;
    session.context.summary.phase_ms[PHASE_READY] = 500;
    report_figures(&session);
    assert_true(json_integer_value(member(session.report, "rows_copied")) == 5000000000);
    assert_int_equal(json_integer_value(member(session.report, "rows_different")), 1);
    assert_seconds(member(session.report, "seconds"), 2);
    phases = member(session.report, "seconds_by_phase");
    assert_seconds(member(phases, "copy"), 1.5);
    assert_seconds(member(phases, "swap"), 0.5);
    assert_seconds(member(phases, "verify"), 0);
    swap = member(session.report, "swap");
    assert_int_equal(json_integer_value(member(swap, "attempts")), 2);
    assert_seconds(member(swap, "lock_held_seconds"), 0.0125);
    assert_seconds(member(swap, "longest_wait_seconds"), 0.04);
    assert_int_equal(json_integer_value(member(swap, "rows_drained")), 9);
    assert_true(json_is_null(member(session.report, "no_way_back")));
}

/* A command that failed before it found a migration. */
static void
without_a_migration(void **state)
{
    (void)state;
    session.context.migration = NULL;
    report_figures(&session);
    assert_int_equal(json_integer_value(member(session.report, "rows_copied")), 0);
    assert_true(json_is_null(member(session.report, "no_way_back")));
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(how_the_table_stands), TEST(columns_that_the_change_touched),
        TEST(several_tables),       TEST(figures_of_the_copy),
        TEST(figures_of_the_swap),  TEST(nothing_where_json_is_asked_for),
        TEST(the_same_as_members),  TEST(without_a_migration),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
