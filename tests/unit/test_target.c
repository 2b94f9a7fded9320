/*
 * What a table's name stands for: the lock that is taken is that of the table which bears the name
 * when the lock is there; and what is said where nobody may work on it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/target.h"
#include "scene.h"

typedef struct Play
{
    Scene *scene;
    const char *oids[6]; /* of the table, each time that it is looked up; NULL: there is none */
    int next;
    int locks;   /* asked for */
    int refuse;  /* the lock with that number is somebody else's */
    bool locked; /* seen by a mere look */
    bool holder_is_known;
} Play;

static void
answer(void *context, const char *statement, Reply *reply)
{
    Play *play = context;

    if (strstr(statement, "AS qualified") != NULL)
    {
        const char *oid = play->oids[play->next++];

        if (oid != NULL)
            reply_row(reply, "oid", oid, "schema", "app", "name", "t", "qualified", "app.t", NULL);
    }
    else if (strstr(statement, "pg_try_advisory_lock") != NULL)
        reply_row(reply, "locked", ++play->locks == play->refuse ? "f" : "t", NULL);
    else if (strstr(statement, "AS since") != NULL && play->holder_is_known)
        reply_row(reply, "role", "dba", "pid", "4711", "client", NULL, "since", NULL, NULL);
    else if (strstr(statement, "AS locked") != NULL)
        reply_row(reply, "locked", play->locked ? "t" : "f", NULL);
}

static int
setup(void **state)
{
    *state = scene_play(sizeof(Play), answer);
    return 0;
}

static bool
take(Play *play, Target *target)
{
    return target_take(play->scene->context.control, play->scene->arena, "t", target,
                       &play->scene->error);
}

/* ---- the lock ---- */

static void
a_table_that_stays(void **state)
{
    Play *play = *state;
    Target target;

    play->oids[0] = play->oids[1] = "100";
    assert_true(take(play, &target));
    assert_string_equal(target.oid, "100");
    assert_string_equal(target.lock, "100");
    assert_string_equal(target.label, "app.t");
    assert_int_equal(target.migration, 0);
    assert_int_equal(play->locks, 1);
    assert_int_equal(play->next, 2); /* looked up again with the lock in hand */
}

/* Until the one that is locked is the one that bears the name. */
static void
another_takes_the_name_meanwhile(void **state)
{
    Play *play = *state;
    Target target;

    play->oids[0] = "100";
    play->oids[1] = "200";
    play->oids[2] = play->oids[3] = "300";
    assert_true(take(play, &target));
    assert_string_equal(target.lock, "300");
    assert_int_equal(play->locks, 3);
    assert_int_equal(script_count(play->scene->script, "(300)::bigint"), 1);
}

static void
it_is_dropped_meanwhile(void **state)
{
    Play *play = *state;
    Target target;

    play->oids[0] = "100";
    assert_true(take(play, &target)); /* that there is nothing is the caller's to say */
    assert_null(target.oid);
    assert_null(target.lock);
    assert_false(target_refuse_unknown(&target, &play->scene->error));
    scene_check(play->scene, ERROR_FAULT, "there is no table t");
}

static void
another_pgswap_has_it(void **state)
{
    Play *play = *state;
    Target target;

    play->oids[0] = play->oids[1] = "100";
    play->refuse = 1;
    play->holder_is_known = true;
    assert_false(take(play, &target));
    scene_check(play->scene, ERROR_BUSY, "4711");
    play->next = 0;
    play->refuse = 2;
    play->holder_is_known = false; /* it has gone away meanwhile */
    assert_false(take(play, &target));
    scene_check(play->scene, ERROR_BUSY, "app.t");
}

static void
a_look_takes_no_lock(void **state)
{
    Play *play = *state;
    Target target;

    play->oids[0] = play->oids[1] = "100";
    assert_true(target_look(play->scene->context.control, play->scene->arena, "t", &target,
                            &play->scene->error));
    play->locked = true;
    assert_false(target_look(play->scene->context.control, play->scene->arena, "t", &target,
                             &play->scene->error));
    scene_check(play->scene, ERROR_BUSY, "app.t");
    assert_int_equal(play->locks, 0);
}

/* ---- what is said ---- */

static void
a_table_without_a_migration(void **state)
{
    Play *play = *state;
    Target target = {.label = "app.t", .oid = arena_strdup(play->scene->arena, "100")};

    assert_false(target_refuse_unknown(&target, &play->scene->error));
    scene_check(play->scene, ERROR_FAULT, "no migration");
}

static void
a_migration_that_can_only_be_ended(void **state)
{
    Play *play = *state;
    Error *error = &play->scene->error;
    Target target = {.label = "app.t", .migration = 7};

    assert_true(target_may_go_on(&target, error));
    target.is_restored = true;
    assert_false(target_may_go_on(&target, error));
    assert_non_null(strstr(error->hint, "abort"));
    scene_check(play->scene, ERROR_CHANGED, "copy");
    target.given_to = "other";
    target.is_swapped = true;
    assert_false(target_may_go_on(&target, error));
    assert_non_null(strstr(error->hint, "finish")); /* what was swapped is not aborted any more */
    scene_check(play->scene, ERROR_CHANGED, "other");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, scene_end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_table_that_stays),
        TEST(another_takes_the_name_meanwhile),
        TEST(it_is_dropped_meanwhile),
        TEST(another_pgswap_has_it),
        TEST(a_look_takes_no_lock),
        TEST(a_table_without_a_migration),
        TEST(a_migration_that_can_only_be_ended),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
