/*
 * What a swap leaves for afterwards: each piece once, whatever became of the one before it or of
 * the hook.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "phase/settle.h"
#include "scene.h"

typedef struct Play
{
    Scene *scene;
    const char *settles[4], *validates[4]; /* statements to be run, up to a NULL */
    int settled, validated;                /* of them */
    bool due;                              /* nobody was told of the swap yet */
    const char *fails;                     /* a statement that fails … */
    const char *sqlstate;
    int times; /* … so often */
} Play;

static void
answer_pieces(const char *const *pieces, int done, Reply *reply)
{
    if (pieces[done] != NULL)
        reply_row(reply, "ordinal", "1", "name", "x", "statement", pieces[done], "gentle", "f",
                  NULL);
}

static void
answer(void *context, const char *statement, Reply *reply)
{
    Play *play = context;
    bool validates = play->settles[play->settled] == NULL;

    if (strstr(statement, "kind = 'settle blue'") != NULL)
        answer_pieces(play->settles, play->settled, reply);
    else if (strstr(statement, "kind = 'validate blue'") != NULL)
        answer_pieces(play->validates, play->validated, reply);
    else if (strstr(statement, "SET done = true") != NULL)
        ++*(validates ? &play->validated : &play->settled);
    else if (strstr(statement, "AS due") != NULL)
        reply_row(reply, "due", play->due ? "t" : "f", NULL);
    else if (strstr(statement, "AS waits") != NULL)
        reply_row(reply, "waits", "f", NULL);
    else if (play->fails != NULL && strstr(statement, play->fails) != NULL && play->times-- > 0)
        reply_fails(reply, play->sqlstate, "it cannot be");
}

static int
setup(void **state)
{
    Play *play = scene_play(sizeof(*play), answer);

    play->scene->migration.phase = PHASE_SWAPPED;
    play->scene->settings.retry_pause = 1;
    play->scene->settings.swap_deadline = 60000;
    play->settles[0] = "ATTACH one";
    play->validates[0] = "VALIDATE two";
    play->validates[1] = "REFRESH three";
    *state = play;
    return 0;
}

static void
settles(Play *play)
{
    if (!settle_run(&play->scene->context, &play->scene->error))
        fail_msg("%s", play->scene->error.message);
    assert_int_equal(play->settled, 1);
    assert_int_equal(play->validated, 2);
}

static int
count(const Play *play, const char *piece)
{
    return script_count(play->scene->script, piece);
}

static void
each_piece_is_run_once(void **state)
{
    Play *play = *state;

    settles(play);
    assert_int_equal(count(play, "ATTACH one"), 1);
    assert_int_equal(count(play, "VALIDATE two"), 1);
    assert_int_equal(count(play, "REFRESH three"), 1);
    assert_int_equal(count(play, "announced\": true"), 0); /* who was told is not told again */
}

/* Before another swap only that is done without which it could not be. */
static void
before_a_swap(void **state)
{
    Play *play = *state;

    assert_true(settle_before_swap(&play->scene->context, &play->scene->error));
    assert_int_equal(play->settled, 1);
    assert_int_equal(play->validated, 0);
}

/* Somebody has dropped it since. */
static void
what_is_gone_is_left_out(void **state)
{
    static const char *const gone[] = {"42704", "42P01", "3F000"};
    Play *play = *state;

    for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++)
    {
        play->settled = play->validated = 0;
        play->fails = "VALIDATE two";
        play->sqlstate = gone[i];
        play->times = 1;
        settles(play);
    }
}

static void
a_lock_is_waited_for(void **state)
{
    Play *play = *state;

    play->fails = "VALIDATE two";
    play->sqlstate = "55P03";
    play->times = 3;
    settles(play);
    assert_int_equal(count(play, "VALIDATE two"), 4);
}

/* What is left is done by the next run. */
static void
another_failure_is_told(void **state)
{
    Play *play = *state;

    play->fails = "VALIDATE two";
    play->sqlstate = "23503";
    play->times = 1;
    assert_false(settle_run(&play->scene->context, &play->scene->error));
    assert_non_null(strstr(play->scene->error.message, "running \"VALIDATE two\""));
    assert_int_equal(play->validated, 0);
    scene_check(play->scene, ERROR_STATEMENT, "it cannot be");
    settles(play);
}

static void
the_hook_is_run_once(void **state)
{
    Play *play = *state;

    play->due = true;
    play->scene->settings.hook_after_swap = "exit 0";
    settles(play);
    assert_int_equal(count(play, "announced\": true"), 1);
}

/* The rest is not its fault: it is done, and then the hook is told of; nobody counts as told. */
static void
the_hook_fails(void **state)
{
    Play *play = *state;

    play->due = true;
    play->scene->settings.hook_after_swap = "exit 3";
    assert_false(settle_run(&play->scene->context, &play->scene->error));
    assert_int_equal(play->settled, 1);
    assert_int_equal(play->validated, 2);
    assert_int_equal(count(play, "announced\": true"), 0);
    assert_non_null(strstr(play->scene->error.hint, "hook"));
    scene_check(play->scene, ERROR_HOOK, "exit");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, scene_end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_piece_is_run_once), TEST(before_a_swap),           TEST(what_is_gone_is_left_out),
        TEST(a_lock_is_waited_for),   TEST(another_failure_is_told), TEST(the_hook_is_run_once),
        TEST(the_hook_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
