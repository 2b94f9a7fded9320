/*
 * How much may be applied under the lock, and when an attempt gives way instead.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "scene.h"
#include "swap/drain.h"
#include "tool/keys.h"

enum
{
    MOST = 500 /* ms; half of max_lock_hold */
};

typedef struct Play
{
    Scene *scene;
    int64_t backlog[2]; /* of each pair; it takes a millisecond to apply a key */
    int64_t written;    /* by capture to both tables, and not looked at */
    int next;           /* pair that is asked for */
    bool truncated;
} Play;

static void
answer(void *context, const char *statement, Reply *reply)
{
    Play *play = context;
    char backlog[24];

    if (strstr(statement, "AS keys") != NULL)
    {
        snprintf(backlog, sizeof(backlog), "%lld", (long long)play->written);
        reply_row(reply, "keys", backlog, "truncated", "f", NULL);
        return;
    }
    if (strstr(statement, "AS backlog") == NULL)
        return;
    snprintf(backlog, sizeof(backlog), "%lld", (long long)play->backlog[play->next]);
    play->next = (play->next + 1) % play->scene->migration.pair_count;
    reply_row(reply, "backlog", backlog, "truncated", play->truncated ? "t" : "f", NULL);
}

static int
setup(void **state)
{
    Play *play = scene_play(sizeof(*play), answer);

    play->scene->context.us_per_key = 1000;
    play->scene->settings.max_lock_hold = 2 * MOST;
    *state = play;
    return 0;
}

/* Whether so many keys may be applied by the next attempt. */
static bool
may_apply(Play *play, Drain drain, int64_t keys)
{
    Scene *scene = play->scene;

    play->backlog[0] = keys;
    if (drain_check_small(&scene->context, &drain, &scene->error))
        return true;
    scene_check(scene, ERROR_AGAIN, "under the lock");
    return false;
}

static void
assert_allowed(Play *play, Drain drain, int64_t milliseconds)
{
    assert_true(may_apply(play, drain, milliseconds));
    assert_false(may_apply(play, drain, milliseconds + 1));
}

static void
each_refusal_doubles_what_is_allowed(void **state)
{
    Play *play = *state;

    assert_allowed(play, (Drain){0}, 15);
    assert_allowed(play, (Drain){.refusals = 1}, 30);
    assert_allowed(play, (Drain){.refusals = 2}, 60);
    assert_allowed(play, (Drain){.refusals = 5}, 480);
    assert_allowed(play, (Drain){.refusals = 6}, MOST);
    assert_allowed(play, (Drain){.refusals = INT32_MAX}, MOST);
}

/* Giving way before the lock costs nobody anything: eight times count as one. */
static void
eight_early_ones_are_one(void **state)
{
    Play *play = *state;

    assert_allowed(play, (Drain){.early = 7}, 15);
    assert_allowed(play, (Drain){.early = 8}, 30);
    assert_allowed(play, (Drain){.early = 16, .refusals = 1}, 120);
}

static void
half_of_a_short_hold(void **state)
{
    Play *play = *state;

    play->scene->settings.max_lock_hold = 20;
    assert_allowed(play, (Drain){0}, 10);
    play->scene->settings.max_lock_hold = 0;
    assert_allowed(play, (Drain){.refusals = 9}, 0);
}

static void
refusals_are_counted_where_they_happen(void **state)
{
    Play *play = *state;
    Scene *scene = play->scene;
    Drain drain = {0};

    play->backlog[0] = 16;
    assert_false(drain_check_small(&scene->context, &drain, &scene->error));
    scene_check(scene, ERROR_AGAIN, "16");
    assert_int_equal(drain.early, 1);
    assert_int_equal(drain.refusals, 0);
    assert_false(drain_run(&scene->context, &drain, &scene->error));
    scene_check(scene, ERROR_AGAIN, "16");
    assert_int_equal(drain.early, 1);
    assert_int_equal(drain.refusals, 1);
    assert_true(drain_check_small(&scene->context, &drain, &scene->error));
    assert_int_equal(drain.early, 1);
}

/* An attempt that must be refused has not changed anything. */
static void
nothing_is_applied_where_nothing_may_be(void **state)
{
    Play *play = *state;
    Scene *scene = play->scene;
    Drain drain = {0};

    play->backlog[0] = 0;
    assert_true(drain_run(&scene->context, &drain, &scene->error));
    play->backlog[0] = 1000;
    assert_false(drain_run(&scene->context, &drain, &scene->error));
    scene_check(scene, ERROR_AGAIN, "1000");
    assert_int_equal(script_asked(scene->script), 2);
    assert_int_equal(script_count(scene->script, "AS backlog"), 2);
    assert_int_equal(drain.keys, 0);
}

static void
all_pairs_together(void **state)
{
    Play *play = *state;

    journal_set_pairs(play->scene->arena, &play->scene->migration, play->scene->pairs, 2);
    play->backlog[1] = 8;
    assert_allowed(play, (Drain){0}, 7);
}

static void
a_look_is_one_at_the_first_attempt(void **state)
{
    Play *play = *state;
    Scene *scene = play->scene;
    bool little = false;

    play->backlog[0] = 15;
    assert_true(drain_look(&scene->context, &little, &scene->error));
    assert_true(little);
    play->backlog[0] = 16;
    assert_true(drain_look(&scene->context, &little, &scene->error));
    assert_false(little);
}

/* It counts as more than drain_keys, so that it is not left for later. */
static void
a_truncate_is_much(void **state)
{
    Play *play = *state;
    int64_t backlog;

    play->truncated = true;
    play->scene->settings.drain_keys = 100000;
    assert_false(may_apply(play, (Drain){0}, 1));
    assert_true(
        keys_count(&play->scene->context, &play->scene->pairs[0], &backlog, &play->scene->error));
    assert_int_equal(backlog, 100001);
    play->backlog[0] = 200000;
    assert_true(
        keys_count(&play->scene->context, &play->scene->pairs[0], &backlog, &play->scene->error));
    assert_int_equal(backlog, 200000);
}

/* Whoever keeps a snapshot may see both tables as they are, so nothing is applied; what was written
 * is compared. */
static void
nothing_is_applied_while_both_tables_are_written(void **state)
{
    Play *play = *state;
    Scene *scene = play->scene;
    Drain drain = {0};
    bool little = true;

    scene->context.writes_both = true;
    scene->context.us_per_proof = 1000;
    play->written = 15;
    play->backlog[0] = 0;
    assert_true(drain_check_small(&scene->context, &drain, &scene->error));
    play->written = 16;
    assert_false(drain_check_small(&scene->context, &drain, &scene->error));
    scene_check(scene, ERROR_AGAIN, "comparing 16 changes");
    play->written = 0;
    play->backlog[0] = 1;
    assert_false(drain_check_small(&scene->context, &drain, &scene->error));
    scene_check(scene, ERROR_AGAIN, "1 change was logged");
    assert_true(drain_look(&scene->context, &little, &scene->error));
    assert_false(little);
    assert_int_equal(drain.early, 2);
}

/* Before anything was measured a key counts for 50 µs. */
static void
what_is_not_known_is_guessed(void **state)
{
    Play *play = *state;

    play->scene->context.us_per_key = 0;
    assert_true(may_apply(play, (Drain){0}, 300));
    assert_false(may_apply(play, (Drain){0}, 320));
    play->scene->context.us_per_key = 1;
    assert_true(may_apply(play, (Drain){0}, 15000));
    assert_false(may_apply(play, (Drain){0}, 16000));
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, scene_end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_refusal_doubles_what_is_allowed),
        TEST(eight_early_ones_are_one),
        TEST(half_of_a_short_hold),
        TEST(refusals_are_counted_where_they_happen),
        TEST(nothing_is_applied_where_nothing_may_be),
        TEST(all_pairs_together),
        TEST(a_look_is_one_at_the_first_attempt),
        TEST(nothing_is_applied_while_both_tables_are_written),
        TEST(a_truncate_is_much),
        TEST(what_is_not_known_is_guessed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
