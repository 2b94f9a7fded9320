/*
 * The order in which the locks of a swap are asked for, and how it learns.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "scene.h"
#include "swap/lockset.h"

typedef struct Play
{
    Scene *scene;
    LockSet set;
    const char *deadlock_timeout;
    const char *held; /* the table whose lock is not granted, or NULL */
    const char *sqlstate;
} Play;

static void
answer(void *context, const char *statement, Reply *reply)
{
    const Play *play = context;

    if (strstr(statement, "deadlock_timeout") != NULL)
        reply_row(reply, "milliseconds", play->deadlock_timeout, NULL);
    else if (play->held != NULL && strncmp(statement, "LOCK", 4) == 0 &&
             strstr(statement, play->held) != NULL)
        reply_fails(reply, play->sqlstate, "not granted");
}

static const char *const tables[] = {"a", "b", "c", "d", "e"};

static void
open_set(Play *play, const char *deadlock_timeout, int count)
{
    Context *context = &play->scene->context;

    play->deadlock_timeout = deadlock_timeout;
    assert_true(lockset_init(context, &play->set, &play->scene->error));
    for (int i = 0; i < count; i++)
        lockset_add(context, &play->set, arena_printf(context->arena, "LOCK TABLE %s", tables[i]),
                    arena_printf(context->arena, "%d", 100 + i));
}

static int
setup(void **state)
{
    *state = scene_play(sizeof(Play), answer);
    return 0;
}

/* One attempt while another session holds that table; the order in which was asked, as "abc". */
static const char *
attempt(Play *play, const char *held, const char *sqlstate)
{
    Scene *scene = play->scene;
    Text order = {0};
    char *copy;

    play->held = held;
    play->sqlstate = sqlstate;
    script_forget(scene->script);
    lockset_reset(&play->set);
    assert_int_equal(lockset_take(&scene->context, &play->set, &scene->error), held == NULL);
    for (int i = 0; i < script_asked(scene->script); i++)
        if (strncmp(script_statement(scene->script, i), "LOCK TABLE ", 11) == 0)
            text_append(&order, script_statement(scene->script, i) + 11);
    copy = arena_strdup(scene->arena, text_cstr(&order));
    text_clear(&order);
    if (held != NULL)
        assert_string_equal(scene->error.sqlstate, sqlstate);
    error_clear(&scene->error);
    return copy;
}

/* ---- order ---- */

static void
as_they_were_added(void **state)
{
    Play *play = *state;

    open_set(play, "1000000", 4);
    assert_string_equal(play->set.relations, "100, 101, 102, 103");
    assert_string_equal(attempt(play, NULL, NULL), "abcd");
    assert_string_equal(attempt(play, NULL, NULL), "abcd");
    assert_int_equal(play->set.failures, 0);
    assert_true(play->set.asked_at > 0 && play->set.locked_at >= play->set.asked_at);
}

static void
what_failed_comes_first(void **state)
{
    Play *play = *state;

    open_set(play, "1000000", 4);
    assert_string_equal(attempt(play, "c", "55P03"), "abc");
    assert_string_equal(attempt(play, "d", "55P03"), "cabd");
    assert_string_equal(attempt(play, "d", "40P01"), "d"); /* a deadlock teaches as well */
    assert_string_equal(attempt(play, "b", "55P03"), "dcab");
    assert_int_equal(play->set.failures, 4);
    assert_string_equal(attempt(play, NULL, NULL), "bdca");
}

static void
another_error_teaches_nothing(void **state)
{
    Play *play = *state;

    open_set(play, "1000000", 3);
    assert_string_equal(attempt(play, "c", "42501"), "abc");
    assert_int_equal(play->set.failures, 0);
    assert_string_equal(attempt(play, NULL, NULL), "abc");
}

/* Whoever holds what at the time: the locks that were not to be had, the latest first, and all
 * others as they were added. */
static void
random_holders(void **state)
{
    Play *play = *state;
    char expected[] = "abcde";

    open_set(play, "1000000", 5);
    for (int i = 0; i < 200; i++)
    {
        size_t at = (size_t)(random() % 5);
        char held[2] = {expected[at], '\0'};
        const char *asked = attempt(play, held, "55P03");

        assert_int_equal(strlen(asked), at + 1);
        assert_memory_equal(asked, expected, at + 1);
        for (size_t j = at; j > 0; j--)
            expected[j] = expected[j - 1];
        expected[0] = held[0];
    }
    assert_string_equal(attempt(play, NULL, NULL), expected);
}

/* ---- time ---- */

/* With several locks the whole must end before anybody's deadlock_timeout does; where no time is
 * left the next lock is not even asked for, and the one that was not reached is not to blame. */
static void
no_time_is_left_for_the_second(void **state)
{
    Play *play = *state;
    Scene *scene = play->scene;

    open_set(play, "0", 3);
    for (int i = 0; i < 2; i++)
    {
        script_forget(scene->script);
        assert_false(lockset_take(&scene->context, &play->set, &scene->error));
        assert_string_equal(scene->error.sqlstate, "");
        scene_check(scene, ERROR_AGAIN, "deadlock_timeout");
        assert_int_equal(script_count(scene->script, "LOCK TABLE a"), 1);
        assert_int_equal(script_count(scene->script, "LOCK TABLE b"), 0);
    }
}

static void
a_single_lock_has_all_the_time(void **state)
{
    Play *play = *state;

    open_set(play, "0", 1);
    assert_string_equal(attempt(play, NULL, NULL), "a");
}

/* How long the first lock is waited for, in ms: the first number above 1 in what sets lock_timeout.
 */
static long
wait_of(const Script *script)
{
    const char *statement = script_statement(script, 0);
    long number = 0;

    assert_non_null(strstr(statement, "lock_timeout"));
    for (const char *at = statement; *at != '\0' && number <= 1; at++)
        if (*at >= '0' && *at <= '9')
            number = strtol(at, NULL, 10);
    return number;
}

static void
the_wait_doubles_up_to_lock_timeout(void **state)
{
    static const long expected[] = {101, 202, 404, 808, 1000, 1000};
    Play *play = *state;

    open_set(play, "1000000", 2);
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
    {
        (void)attempt(play, "a", "55P03");
        assert_int_equal(wait_of(play->scene->script), expected[i]);
    }
    play->set.failures = 100000;
    (void)attempt(play, "a", "55P03");
    assert_int_equal(wait_of(play->scene->script), 1000);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, scene_end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(as_they_were_added),
        TEST(what_failed_comes_first),
        TEST(another_error_teaches_nothing),
        TEST(random_holders),
        TEST(no_time_is_left_for_the_second),
        TEST(a_single_lock_has_all_the_time),
        TEST(the_wait_doubles_up_to_lock_timeout),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
