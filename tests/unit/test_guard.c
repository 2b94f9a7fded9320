/*
 * Of which of several tables capture is lost.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scene.h"
#include "tool/guard.h"

static const char *off; /* OID of the table whose triggers are off */

static void
answer(void *context, const char *statement, Reply *reply)
{
    (void)context;
    if (strstr(statement, "AS whole") != NULL)
        reply_row(reply, "whole", strstr(statement, off) != NULL ? "f" : "t", "present", "4", NULL);
}

static int
setup(void **state)
{
    Scene *scene = scene_open(answer, NULL);

    off = "none";
    journal_set_pairs(scene->arena, &scene->migration, scene->pairs, 2);
    *state = scene;
    return 0;
}

static int
teardown(void **state)
{
    return scene_close(*state) ? 0 : -1;
}

static const Pair *
lost(Scene *scene)
{
    const Pair *pair;

    if (!guard_capture(&scene->context, &pair, &scene->error))
        fail_msg("%s", scene->error.message);
    return pair;
}

static void
the_table_is_named(void **state)
{
    Scene *scene = *state;

    assert_null(lost(scene));
    off = "1001";
    assert_ptr_equal(lost(scene), &scene->pairs[0]);
    off = "1002";
    assert_ptr_equal(lost(scene), &scene->pairs[1]);
    assert_false(guard_refuse_lost_capture(lost(scene), &scene->error));
    assert_null(strstr(scene->error.message, "t1"));
    scene_check(scene, ERROR_CHANGED, "t2");
}

/* What it means depends on where the migration stands. */
static void
the_way_out_is_named(void **state)
{
    Scene *scene = *state;

    scene->migration.phase = PHASE_SWAPPED;
    assert_false(guard_refuse_lost_capture(&scene->pairs[1], &scene->error));
    assert_non_null(strstr(scene->error.hint, "finish"));
    scene_check(scene, ERROR_CHANGED, "revert");
    scene->migration.phase = PHASE_READY;
    assert_false(guard_refuse_lost_capture(&scene->pairs[1], &scene->error));
    assert_non_null(strstr(scene->error.hint, "abort"));
    scene_check(scene, ERROR_CHANGED, "dropped or disabled");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_table_is_named),
        TEST(the_way_out_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
