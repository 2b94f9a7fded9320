/*
 * The table of phases: what is run from where a migration stands, and what is looked at before.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scene.h"
#include "way/way.h"

typedef struct Play
{
    Scene *scene;
    int paused; /* looks that find the migration paused */
} Play;

static void
answer(void *context, const char *statement, Reply *reply)
{
    Play *play = context;

    if (strstr(statement, "AS due") != NULL)
        reply_row(reply, "due", "f", NULL);
    else if (strstr(statement, "AS pause") != NULL && play->paused > 0)
    {
        play->paused--;
        reply_row(reply, "hold", "f", "pause", "by a test", NULL);
    }
    else if (strstr(statement, "AS pause") != NULL)
        reply_row(reply, "hold", "f", "pause", NULL, NULL);
}

static int
setup(void **state)
{
    *state = scene_play(sizeof(Play), answer);
    return 0;
}

static void
goes(Play *play, Phase from, Phase last)
{
    play->scene->migration.phase = from;
    if (!way_run(&play->scene->context, last, &play->scene->error))
        fail_msg("%s", play->scene->error.message);
}

static int64_t
time_told(const Play *play)
{
    int64_t total = 0;

    for (int i = 0; i <= PHASE_ABORTED; i++)
        total += play->scene->context.summary.phase_ms[i];
    return total;
}

static void
nothing_is_done_behind_the_last(void **state)
{
    Play *play = *state;

    goes(play, PHASE_CAPTURE, PHASE_BUILD);
    goes(play, PHASE_READY, PHASE_VERIFY);
    goes(play, PHASE_SWAPPED, PHASE_READY);
    goes(play, PHASE_FINISHED, PHASE_SWAPPED);
    goes(play, PHASE_ABORTED, PHASE_SWAPPED);
    assert_int_equal(script_asked(play->scene->script), 0);
}

/* Once; the swap is done, and its end waits for nobody's word. */
static void
a_swapped_table_is_settled(void **state)
{
    Play *play = *state;

    play->paused = 1;
    goes(play, PHASE_SWAPPED, PHASE_SWAPPED);
    assert_int_equal(script_count(play->scene->script, "AS due"), 1);
    assert_int_equal(play->paused, 1);
    assert_int_equal(time_told(play), 0);
    assert_non_null(strstr(play->scene->context.doing, "after the swap"));
}

/* The first phase: a pause is waited out, and then the locks are asked for. */
static void
a_phase_waits_for_the_operator(void **state)
{
    Play *play = *state;

    play->paused = 1;
    play->scene->settings.swap_deadline = 0;
    play->scene->migration.phase = PHASE_CAPTURE;
    script_forget(play->scene->script);
    (void)!way_run(&play->scene->context, PHASE_CAPTURE, &play->scene->error);
    assert_int_equal(play->paused, 0);
    assert_true(time_told(play) < 500); /* the time paused is not the phase's */
    assert_non_null(strstr(script_statement(play->scene->script, 0), "AS pause"));
    assert_string_equal(play->scene->context.doing, "installing the capture triggers");
    error_clear(&play->scene->error);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, scene_end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_is_done_behind_the_last),
        TEST(a_swapped_table_is_settled),
        TEST(a_phase_waits_for_the_operator),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
