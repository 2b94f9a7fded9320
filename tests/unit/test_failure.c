/*
 * What a failure of the server means: the kind of error, and so the exit code and whether anything
 * is tried again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/statement.h"
#include "scene.h"

typedef struct Play
{
    const char *sqlstate; /* of "COMMIT"; NULL: the connection is cut */
    const char *words;    /* of the server */
} Play;

static void
answer(void *context, const char *statement, Reply *reply)
{
    const Play *play = context;

    if (strncmp(statement, "COMMIT", 6) != 0)
        return;
    if (play->sqlstate != NULL)
        reply_fails(reply, play->sqlstate, play->words);
    else
        reply_cuts(reply);
}

static void
each_sqlstate_has_its_kind(void **state)
{
    static const struct
    {
        const char *sqlstate;
        ErrorKind kind;
    } cases[] = {
        {"22003", ERROR_STATEMENT},  {"23505", ERROR_STATEMENT},  {"42501", ERROR_STATEMENT},
        {"40001", ERROR_AGAIN},      {"57014", ERROR_STATEMENT}, /* cancelled, but not by us */
        {"XX000", ERROR_STATEMENT},  {"PS001", ERROR_STATEMENT},  {"55P03", ERROR_LOCK},
        {"40P01", ERROR_LOCK},       {"53100", ERROR_LIMIT},      {"53200", ERROR_LIMIT},
        {"53400", ERROR_LIMIT},      {"08006", ERROR_CONNECTION}, {"57P01", ERROR_CONNECTION},
        {"57P02", ERROR_CONNECTION}, {"PS002", ERROR_BUSY},       {"PS003", ERROR_CHANGED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
    {
        Play play = {cases[i].sqlstate, "the words of the server"};
        Scene *scene = scene_open(answer, &play);

        assert_false(statement_do(scene->context.control, &scene->error, "commit", NULL));
        if (scene->error.kind != cases[i].kind)
            fail_msg("%s is kind %d", cases[i].sqlstate, scene->error.kind);
        assert_string_equal(scene->error.sqlstate, cases[i].sqlstate);
        scene_check(scene, cases[i].kind, "the words of the server");
        assert_true(scene_close(scene));
    }
}

/* Which have no code of their own. */
static void
races_for_a_row_of_the_catalog(void **state)
{
    static const char *const words[] = {"tuple concurrently updated", "tuple concurrently deleted"};

    (void)state;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
    {
        Play play = {"XX000", words[i]};
        Scene *scene = scene_open(answer, &play);

        assert_false(statement_do(scene->context.control, &scene->error, "commit", NULL));
        assert_true(error_is_passing(&scene->error));
        scene_check(scene, ERROR_AGAIN, words[i]);
        assert_true(scene_close(scene));
    }
}

static void
a_line_that_is_cut(void **state)
{
    Play play = {NULL, NULL};
    Scene *scene = scene_open(answer, &play);

    (void)state;
    assert_true(statement_do(scene->context.control, &scene->error, "begin", NULL));
    assert_true(conn_is_open(scene->context.control));
    assert_false(statement_do(scene->context.control, &scene->error, "commit", NULL));
    assert_string_equal(scene->error.sqlstate, "");
    scene_check(scene, ERROR_CONNECTION, "");
    assert_false(conn_is_open(scene->context.control));
    assert_false(statement_do(scene->context.control, &scene->error, "begin", NULL));
    scene_check(scene, ERROR_CONNECTION, "");
    assert_true(scene_close(scene));
}

/* Of several statements in one message it is known which failed, and none after it is run. */
static void
the_first_that_fails_counts(void **state)
{
    Play play = {"22003", "the words of the server"};
    Scene *scene = scene_open(answer, &play);

    (void)state;
    assert_null(
        await_query(scene->context.control, "SELECT 1; SELECT 2; COMMIT; SELECT 3", &scene->error));
    assert_int_equal(conn_statements_done(scene->context.control), 2);
    assert_int_equal(script_asked(scene->script), 3);
    scene_check(scene, ERROR_STATEMENT, "the words of the server");
    assert_non_null(await_query(scene->context.control, "SELECT 4", &scene->error));
    assert_true(scene_close(scene));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_sqlstate_has_its_kind),
        cmocka_unit_test(races_for_a_row_of_the_catalog),
        cmocka_unit_test(a_line_that_is_cut),
        cmocka_unit_test(the_first_that_fails_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
