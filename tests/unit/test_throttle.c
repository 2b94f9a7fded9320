/*
 * The operator's pause: who is told of it, and how it is waited for.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scene.h"
#include "tool/pending.h"
#include "tool/throttle.h"

typedef struct Play
{
    Scene *scene;
    int paused; /* looks that find it paused */
    const char *words;
    bool is_gone; /* the migration */
    bool stop_at_note;
    bool log_is_locked;
} Play;

static void
answer(void *context, const char *statement, Reply *reply)
{
    Play *play = context;

    if (strstr(statement, "AS pause") != NULL && !play->is_gone)
        reply_row(reply, "hold", "f", "pause", play->paused-- > 0 ? play->words : NULL, NULL);
    else if (strstr(statement, "waiting_for = '") != NULL && play->stop_at_note)
        raise(SIGTERM);
    else if (strstr(statement, "WITH moved AS") != NULL && play->log_is_locked)
        reply_fails(reply, "55P03", "lock timeout");
}

static int
setup(void **state)
{
    Play *play = scene_play(sizeof(*play), answer);

    play->words = "since noon by role dba from tty";
    *state = play;
    return 0;
}

static void
waits(Play *play, int64_t *waited)
{
    if (!throttle_wait(&play->scene->context, ASKER_PHASE, pending_meanwhile, waited,
                       &play->scene->error))
        fail_msg("%s", play->scene->error.message);
}

/* ---- a command that begins ---- */

static void
it_may_begin(void **state)
{
    Play *play = *state;

    assert_true(throttle_refuse(&play->scene->context, &play->scene->error));
    play->is_gone = true; /* by abort, meanwhile: that is not this module's to say */
    assert_true(throttle_refuse(&play->scene->context, &play->scene->error));
}

static void
it_is_told_who_paused_it(void **state)
{
    Play *play = *state;

    play->paused = 1;
    assert_false(throttle_refuse(&play->scene->context, &play->scene->error));
    assert_non_null(strstr(play->scene->error.detail, play->words));
    assert_non_null(strstr(play->scene->error.hint, "continue"));
    assert_non_null(strstr(play->scene->error.hint, "abort"));
    scene_check(play->scene, ERROR_PAUSED, "\"app\".\"t1\"");
}

/* After the swap nothing can be taken back by abort any more. */
static void
abort_is_no_advice_after_the_swap(void **state)
{
    Play *play = *state;

    play->paused = 1;
    play->scene->migration.phase = PHASE_SWAPPED;
    assert_false(throttle_refuse(&play->scene->context, &play->scene->error));
    assert_null(strstr(play->scene->error.hint, "abort"));
    scene_check(play->scene, ERROR_PAUSED, "paused");
}

static void
nobody_knows_who_paused_it(void **state)
{
    Play *play = *state;

    play->paused = 1;
    play->words = "";
    assert_false(throttle_refuse(&play->scene->context, &play->scene->error));
    assert_null(play->scene->error.detail);
    scene_check(play->scene, ERROR_PAUSED, "paused");
}

/* ---- one that is at work ---- */

static void
nothing_to_wait_for(void **state)
{
    Play *play = *state;
    int64_t waited = -1;

    waits(play, &waited);
    assert_int_equal(waited, 0);
    assert_int_equal(script_asked(play->scene->script), 1); /* a look, and no note */
}

static void
it_waits_for_continue(void **state)
{
    Play *play = *state;
    Script *script = play->scene->script;
    int64_t waited = -1;

    play->paused = 2;
    waits(play, &waited);
    assert_true(waited >= 1000); /* two looks, half a second each */
    assert_int_equal(script_count(script, "AS pause"), 3);
    assert_int_equal(
        script_count(script, "waiting_for = '\"pgswap continue\" (paused since noon by role dba"),
        2);
    assert_non_null(strstr(script_statement(script, script_asked(script) - 1),
                           "waiting_for = NULL")); /* status shows it no more */
    waits(play, NULL);
}

static void
abort_is_not_held_up(void **state)
{
    Play *play = *state;
    int64_t waited = -1;

    play->paused = 1;
    play->scene->context.ignores_pause = true;
    waits(play, &waited);
    assert_int_equal(waited, 0);
    assert_int_equal(script_asked(play->scene->script), 0);
}

static void
a_signal_ends_the_wait(void **state)
{
    Play *play = *state;

    play->paused = INT32_MAX;
    play->stop_at_note = true;
    assert_false(throttle_wait(&play->scene->context, ASKER_PHASE, pending_meanwhile, NULL,
                               &play->scene->error));
    scene_check(play->scene, ERROR_STOPPED, "stopped");
}

/* What the application changes meanwhile is compacted, so that the log stays small; somebody's lock
 * is no reason to give up. */
static void
the_log_stays_small(void **state)
{
    Play *play = *state;
    Script *script = play->scene->script;

    play->scene->migration.phase = PHASE_SWAPPED;
    play->scene->pairs[0].has_mapping = true;
    play->paused = 1;
    waits(play, NULL);
    assert_true(script_count(script, "WITH moved AS") > 0);
    play->paused = 1;
    play->log_is_locked = true;
    waits(play, NULL);
    script_forget(script);
    play->paused = 1;
    play->scene->migration.no_way_back = arena_strdup(play->scene->arena, "none is kept");
    waits(play, NULL);
    assert_int_equal(script_count(script, "WITH moved AS"), 0);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, scene_end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_may_begin),
        TEST(it_is_told_who_paused_it),
        TEST(abort_is_no_advice_after_the_swap),
        TEST(nobody_knows_who_paused_it),
        TEST(nothing_to_wait_for),
        TEST(it_waits_for_continue),
        TEST(abort_is_not_held_up),
        TEST(a_signal_ends_the_wait),
        TEST(the_log_stays_small),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
