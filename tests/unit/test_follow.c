/*
 * Following two tables: what is said of a revert is true of both.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "phase/follow.h"
#include "scene.h"

typedef struct Play
{
    Scene *scene;
    int pending;          /* number of the table with changes to be applied, or 0; … */
    const char *sqlstate; /* … which fails so */
} Play;

static void
answer(void *context, const char *statement, Reply *reply)
{
    const Play *play = context;
    char log[16], live[40];

    snprintf(log, sizeof(log), "log_7_%d_", play->pending);
    snprintf(live, sizeof(live), "\"t%d\" IN ACCESS SHARE", play->pending);
    if (strstr(statement, "AS backlog") != NULL)
        reply_row(reply, "backlog", strstr(statement, log) != NULL ? "3" : "0", "truncated", "f",
                  NULL);
    else if (strstr(statement, live) != NULL)
        reply_fails(reply, play->sqlstate, "it cannot be");
}

static int
setup(void **state)
{
    Play *play = scene_play(sizeof(*play), answer);

    play->scene->migration.phase = PHASE_SWAPPED;
    play->scene->context.look.at = clock_ms(); /* others do nothing */
    journal_set_pairs(play->scene->arena, &play->scene->migration, play->scene->pairs, 2);
    *state = play;
    return 0;
}

/* One round. */
static void
follow(Play *play)
{
    if (!follow_run(&play->scene->context, clock_ms() + 1, &play->scene->error))
        fail_msg("%s", play->scene->error.message);
}

static int
notes(const Play *play, const char *problem)
{
    return script_count(play->scene->script, problem);
}

static void
all_is_in_sync(void **state)
{
    Play *play = *state;

    follow(play);
    assert_int_equal(notes(play, "revert_problem = NULL"), 1);
}

/* Whichever of them has the row. */
static void
a_row_of_one_table_does_not_fit(void **state)
{
    Play *play = *state;

    play->sqlstate = "0A000";
    for (play->pending = 1; play->pending <= 2; play->pending++)
    {
        script_forget(play->scene->script);
        follow(play);
        assert_int_equal(notes(play, "revert_problem = 'it cannot be"), 1);
        assert_int_equal(notes(play, "backlog = 3"), 1);
        assert_int_equal(notes(play, "revert_problem = NULL"), 0);
    }
}

/* Nothing is known of it then. */
static void
somebody_holds_one_table(void **state)
{
    Play *play = *state;

    play->sqlstate = "55P03";
    play->pending = 1;
    follow(play);
    assert_int_equal(notes(play, "revert_problem = "), 0);
}

/* Others wrote to the same rows: the row fits, and the next round takes it. */
static void
somebody_was_faster(void **state)
{
    Play *play = *state;

    play->sqlstate = "40001";
    play->pending = 2;
    follow(play);
    assert_int_equal(notes(play, "revert_problem = "), 0);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, scene_end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_is_in_sync),
        TEST(a_row_of_one_table_does_not_fit),
        TEST(somebody_holds_one_table),
        TEST(somebody_was_faster),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
