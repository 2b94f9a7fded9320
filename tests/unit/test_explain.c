/*
 * What the server says of a statement that others have made fail, and what people read instead.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scene.h"
#include "tool/explain.h"

typedef struct Play
{
    Scene *scene;
    bool gone;    /* the table is */
    bool off;     /* the capture triggers are */
    bool unknown; /* rows may have been changed without them */
} Play;

static void
answer(void *context, const char *statement, Reply *reply)
{
    const Play *play = context;

    if (strstr(statement, "AS has_away") != NULL)
        reply_row(reply, "live", play->gone ? NULL : "app.t1", "live_schema", "app", "live_name",
                  "t1", "standby", "pgswap_7_green.t1", "in_place", "t", "has_away", "t", NULL);
    else if (strstr(statement, "AS holds") != NULL)
        reply_row(reply, "holds", "t", NULL);
    else if (strstr(statement, "AS whole") != NULL)
        reply_row(reply, "whole", play->off ? "f" : "t", "present", "4", NULL);
    else if (strstr(statement, "AS known") != NULL)
        reply_row(reply, "marks", "m", "known", play->unknown ? "f" : "t", NULL);
}

static int
setup(void **state)
{
    Play *play = scene_play(sizeof(*play), answer);
    Pair *pair = &play->scene->pairs[0];

    pair->schema = arena_strdup(play->scene->arena, "app");
    pair->table = arena_strdup(play->scene->arena, "t1");
    pair->live = arena_strdup(play->scene->arena, "app.t1");
    play->scene->migration.phase = PHASE_READY;
    *state = play;
    return 0;
}

/* The error, explained. */
static Error *
explain(Play *play, ErrorKind kind, const char *sqlstate, const char *message)
{
    Error *error = &play->scene->error;

    error_clear(error);
    error_set(error, kind, "%s", message);
    strcpy(error->sqlstate, sqlstate);
    explain_failure(&play->scene->context, error);
    return error;
}

static void
becomes(Play *play, const char *sqlstate, const char *message, const char *word)
{
    const Error *error = explain(play, ERROR_STATEMENT, sqlstate, message);

    if (error->kind != ERROR_CHANGED || strstr(error->message, word) == NULL)
        fail_msg("%s: %s", message, error->message);
    assert_non_null(error->hint);
}

static void
stays(Play *play, ErrorKind kind, const char *sqlstate, const char *message)
{
    const Error *error = explain(play, kind, sqlstate, message);

    if (error->kind != kind || strcmp(error->message, message) != 0)
        fail_msg("%s: %s", message, error->message);
}

/* All is in place again; a statement has missed it for all that. */
static void
gone_for_a_moment(void **state)
{
    Play *play = *state;

    becomes(play, "42P01", "relation \"app.t1\" does not exist",
            "table app.t1 was renamed, moved or dropped for a moment");
    becomes(play, "PS003", "app.t1 is not the table that the migration works on", "for a moment");
    becomes(play, "42P01", "relation \"pgswap_7_green.t1\" does not exist", "pgswap_7_green");
    becomes(play, "3F000", "schema \"app\" does not exist", "the schema of table app.t1");
    becomes(play, "XX000", "could not open relation with OID 4711", "that table app.t1 uses");
}

static void
another_table_was_missed(void **state)
{
    Play *play = *state;

    stays(play, ERROR_STATEMENT, "42P01", "relation \"app.t10\" does not exist");
    stays(play, ERROR_STATEMENT, "42P01", "relation \"myapp.t1\" does not exist");
    stays(play, ERROR_STATEMENT, "42703", "column \"app.t1\" does not exist"); /* no relation */
}

static void
a_table_of_ours_is_gone(void **state)
{
    Play *play = *state;

    becomes(play, "42P01", "relation \"pgswap.log_7_1_blue\" does not exist",
            "pgswap.log_7_1_blue, which pgswap made, is gone");
    assert_non_null(strstr(play->scene->error.hint, "abort"));
    play->scene->migration.phase = PHASE_SWAPPED;
    becomes(play, "42P01", "relation \"pgswap.applied_7_1_blue_0\" does not exist", "is gone");
    assert_non_null(strstr(play->scene->error.hint, "finish"));
}

/* Whatever the server says. */
static void
the_table_is_gone(void **state)
{
    Play *play = *state;

    play->gone = true;
    becomes(play, "42703", "column \"x\" does not exist", "app.t1, which the migration works on");
    becomes(play, "XX000", "cache lookup failed for relation 4711", "is gone");
}

static void
rows_were_changed_without_capture(void **state)
{
    Play *play = *state;

    stays(play, ERROR_STATEMENT, "23505", "duplicate key");
    play->unknown = true;
    becomes(play, "23505", "duplicate key", "while its capture triggers were disabled");
    assert_non_null(strstr(play->scene->error.detail, "duplicate key"));
    play->off = true;
    becomes(play, "23P01", "conflicting key", "dropped or disabled");
    play->scene->migration.phase = PHASE_COPY; /* there the copy begins again */
    stays(play, ERROR_STATEMENT, "23505", "duplicate key");
}

/* Nothing is asked then. */
static void
others_are_not_the_reason(void **state)
{
    Play *play = *state;

    stays(play, ERROR_STATEMENT, "22003", "out of range");
    stays(play, ERROR_LOCK, "55P03", "lock timeout");
    stays(play, ERROR_LIMIT, "53100", "disk full");
    stays(play, ERROR_AGAIN, "40001", "could not serialize access");
    stays(play, ERROR_FAULT, "", "a fault");
    assert_int_equal(script_asked(play->scene->script), 0);
}

/* What is explained already stays so; a race that is not is looked at. */
static void
what_others_did_meanwhile(void **state)
{
    Play *play = *state;
    Error *error = &play->scene->error;

    play->gone = true;
    explain(play, ERROR_AGAIN, "XX000", "tuple concurrently deleted");
    assert_int_equal(error->kind, ERROR_CHANGED);
    error_clear(error);
    error_set(error, ERROR_AGAIN, "could not open relation with OID 4711");
    strcpy(error->sqlstate, "XX000");
    error_hint(error, "It was dropped.");
    explain_failure(&play->scene->context, error);
    assert_int_equal(error->kind, ERROR_AGAIN);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, scene_end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(gone_for_a_moment),
        TEST(another_table_was_missed),
        TEST(a_table_of_ours_is_gone),
        TEST(the_table_is_gone),
        TEST(rows_were_changed_without_capture),
        TEST(others_are_not_the_reason),
        TEST(what_others_did_meanwhile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
