/*
 * Parameters as the state keeps them, made into statements by a server (one by script here).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/parameters.h"
#include "scene.h"

typedef struct Play
{
    Scene *scene;
    bool fails;
} Play;

static void
answer(void *context, const char *statement, Reply *reply)
{
    const Play *play = context;

    if (strstr(statement, "TimeZone") != NULL && play->fails)
        reply_fails(reply, "42501", "permission denied to set parameter");
    if (strstr(statement, "{\"given\"}") == NULL)
        return;
    reply_row(reply, "role", "app", "name", "TimeZone", "value", "UTC", "shown", "t", "session",
              "SET TimeZone = 'UTC';", "local", "SET LOCAL TimeZone = 'UTC';", "clause",
              "SET TimeZone = 'UTC'", "is_custom", "f", "path", NULL, NULL);
    /* what is as it is anyway needs no statement */
    reply_row(reply, "role", "app", "name", "DateStyle", "value", "ISO, MDY", "shown", "f",
              "session", NULL, "local", NULL, "clause", "SET DateStyle = 'ISO, MDY'", "is_custom",
              "f", "path", NULL, NULL);
    reply_row(reply, "role", "app", "name", "app.tenant", "value", "1", "shown", "t", "session",
              NULL, "local", NULL, "clause", NULL, "is_custom", "t", "path", NULL, NULL);
    reply_row(reply, "role", "app", "name", "search_path", "value", "\"$user\", app", "shown", "t",
              "session", "SET search_path = 'app';", "local", "SET LOCAL search_path = 'app';",
              "clause", "SET search_path = 'app'", "is_custom", "f", "path", "app", NULL);
}

static int
setup(void **state)
{
    *state = scene_play(sizeof(Play), answer);
    return 0;
}

static Parameters
take(Play *play)
{
    Scene *scene = play->scene;
    Parameters parameters;

    if (!parameters_take(scene->context.control, scene->arena, "{\"given\"}", &parameters,
                         &scene->error))
        fail_msg("%s", scene->error.message);
    script_forget(scene->script);
    return parameters;
}

static void
all_of_them_are_taken(void **state)
{
    Parameters parameters = take(*state);

    assert_int_equal(parameters.count, 4);
    assert_string_equal(parameters.json, "{\"given\"}");
    assert_string_equal(parameters.role, "app");
    assert_string_equal(parameters.path, "app");
    assert_string_equal(parameters.session, "SET TimeZone = 'UTC';\nSET search_path = 'app';\n");
    assert_string_equal(parameters.local,
                        "SET LOCAL TimeZone = 'UTC';\nSET LOCAL search_path = 'app';\n");
    /* a function is called in sessions in which it is not so; what only a superuser sets, it cannot
     */
    assert_string_equal(parameters.custom, "app.tenant");
    assert_string_equal(
        parameters.clauses,
        "SET TimeZone = 'UTC'\nSET DateStyle = 'ISO, MDY'\nSET search_path = 'app'\n");
}

static void
a_value_by_its_name(void **state)
{
    Parameters parameters = take(*state);

    assert_string_equal(parameters_value(&parameters, "DateStyle"), "ISO, MDY");
    assert_string_equal(parameters_value(&parameters, "TimeZone"), "UTC");
    assert_string_equal(parameters_value(&parameters, "datestyle"), "");
}

static void
they_are_in_force_between_use_and_leave(void **state)
{
    Play *play = *state;
    Scene *scene = play->scene;
    Parameters parameters = take(play);

    assert_true(parameters_use(&parameters, scene->context.control, &scene->error));
    assert_int_equal(script_count(scene->script, "SET LOCAL TimeZone = 'UTC'"), 1);
    assert_int_equal(script_count(scene->script, "SET LOCAL search_path = 'app'"), 1);
    script_forget(scene->script);
    assert_true(parameters_leave(scene->context.control, &scene->error));
    assert_true(script_asked(scene->script) > 0); /* back to ours */
    assert_int_equal(script_count(scene->script, "'app'"), 0);
}

/* Values that cannot be computed as the owner's sessions do are no reason to go on with ours. */
static void
one_that_may_not_be_set(void **state)
{
    Play *play = *state;
    Scene *scene = play->scene;
    Parameters parameters = take(play);

    play->fails = true;
    assert_false(parameters_use(&parameters, scene->context.control, &scene->error));
    assert_string_equal(scene->error.sqlstate, "42501");
    scene_check(scene, ERROR_REFUSED, "");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, scene_end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_of_them_are_taken),
        TEST(a_value_by_its_name),
        TEST(they_are_in_force_between_use_and_leave),
        TEST(one_that_may_not_be_set),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
