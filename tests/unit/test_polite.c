/*
 * Short attempts at a strong lock: when one is made, which failure is worth another, and how it
 * ends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "scene.h"
#include "tool/polite.h"

typedef struct Play
{
    Scene *scene;
    PoliteTask task;
    int blocked; /* looks that find somebody in the way */
    int paused;  /* looks that find the migration paused */
    int waiting; /* notes that somebody is waited for, and … */
    int cleared; /* … that nobody is any more */

    /* what the attempts do */
    int attempts;
    int failures; /* of them that fail first */
    ErrorKind kind;
    const char *sqlstate;
    const char *message;
    int between;             /* times called */
    ErrorKind between_fails; /* ERROR_NONE: it does not */
} Play;

static void
answer(void *context, const char *statement, Reply *reply)
{
    Play *play = context;

    if (strstr(statement, "AS who") != NULL && play->blocked > 0)
    {
        play->blocked--;
        reply_row(reply, "who", "pid 99 of a test", "age", "5000", NULL);
    }
    else if (strstr(statement, "AS pause") != NULL && play->paused > 0)
    {
        play->paused--;
        reply_row(reply, "hold", "f", "pause", "by a test", NULL);
    }
    else if (strstr(statement, "AS ended") != NULL)
        reply_row(reply, "ended", "1", NULL);
    else if (strstr(statement, "waiting_for = NULL") != NULL)
        play->cleared++;
    else if (strstr(statement, "waiting_for = '") != NULL)
        play->waiting++;
}

static bool
attempt(Context *context, void *data, Error *error)
{
    Play *play = data;

    (void)context;
    play->task.imposed = 0; /* so that no test waits long */
    if (play->attempts++ >= play->failures)
        return true;
    error_set(error, play->kind, "%s", play->message);
    strcpy(error->sqlstate, play->sqlstate);
    return false;
}

static bool
between(Context *context, void *data, Error *error)
{
    Play *play = data;

    (void)context;
    play->between++;
    return play->between_fails == ERROR_NONE || error_set(error, play->between_fails, "between");
}

static int
setup(void **state)
{
    Play *play = scene_play(sizeof(*play), answer);

    play->task = (PoliteTask){.what = "to test",
                              .relations = "1001",
                              .deadline = 3600000,
                              .attempt = attempt,
                              .between = between,
                              .data = play};
    play->kind = ERROR_LOCK;
    play->sqlstate = "55P03";
    play->message = "canceling statement due to lock timeout";
    *state = play;
    return 0;
}

static bool
run(Play *play)
{
    return polite_run(&play->scene->context, &play->task, &play->scene->error);
}

static void
succeeds(Play *play)
{
    if (!run(play))
        fail_msg("%s", play->scene->error.message);
}

/* ---- attempts ---- */

static void
nobody_is_in_the_way(void **state)
{
    Play *play = *state;

    succeeds(play);
    assert_int_equal(play->attempts, 1);
    assert_int_equal(play->between, 0);
    assert_int_equal(play->waiting, 0);
    assert_int_equal(script_count(play->scene->script, "ROLLBACK"), 0);
}

/* Where somebody will keep us waiting the lock is not asked for: whoever came behind would wait,
 * too. */
static void
somebody_is_in_the_way(void **state)
{
    Play *play = *state;

    play->blocked = 3;
    succeeds(play);
    assert_int_equal(play->attempts, 1);
    assert_int_equal(play->between, 3);
    assert_int_equal(play->waiting, 3);
    assert_true(play->cleared > 0);
    assert_int_equal(script_count(play->scene->script, "pid 99 of a test"), 3);
    assert_int_equal(script_count(play->scene->script, "AS who"), 4);
}

static void
an_attempt_fails(void **state)
{
    Play *play = *state;

    play->failures = 3;
    succeeds(play);
    assert_int_equal(play->attempts, 4);
    assert_int_equal(play->between, 3);
    assert_int_equal(script_count(play->scene->script, "ROLLBACK"), 3);
    assert_int_equal(script_count(play->scene->script, "AS who"), 4); /* before each */
}

static void
which_failure_is_worth_another_attempt(void **state)
{
    static const struct
    {
        ErrorKind kind;
        const char *sqlstate;
        const char *message;
        bool again;
    } cases[] = {
        {ERROR_LOCK, "55P03", "lock timeout", true},
        {ERROR_LOCK, "40P01", "deadlock detected", true},
        {ERROR_AGAIN, "40001", "could not serialize access", true},
        {ERROR_AGAIN, "", "many keys came", true},
        {ERROR_LIMIT, "57014", "past our deadline", true},
        {ERROR_STATEMENT, "XX000", "invalid memory alloc request size", false},
        {ERROR_STATEMENT, "57014", "canceled by somebody", false},
        {ERROR_LIMIT, "53100", "disk full", false},
        {ERROR_STOPPED, "57014", "a second signal", false},
        {ERROR_STATEMENT, "42501", "permission denied", false},
        {ERROR_CHANGED, "", "the table was altered", false},
        {ERROR_CONNECTION, "57P01", "terminating connection", false},
        {ERROR_BUSY, "", "taken over", false},
        {ERROR_PARITY, "", "rows differ", false},
    };
    Play *play = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
    {
        play->attempts = 0;
        play->failures = 1;
        play->kind = cases[i].kind;
        play->sqlstate = cases[i].sqlstate;
        play->message = cases[i].message;
        if (run(play) != cases[i].again)
            fail_msg("%s: %d attempts", cases[i].message, play->attempts);
        assert_int_equal(play->attempts, cases[i].again ? 2 : 1);
        if (!cases[i].again)
            scene_check(play->scene, cases[i].kind, cases[i].message);
    }
}

static void
what_is_done_between_may_meet_others(void **state)
{
    Play *play = *state;

    play->failures = 2;
    play->between_fails = ERROR_LOCK;
    succeeds(play);
    assert_int_equal(play->between, 2);
    play->attempts = 0;
    play->between_fails = ERROR_AGAIN;
    succeeds(play);
    assert_int_equal(play->between, 4);
    play->attempts = 0;
    play->between_fails = ERROR_CHANGED;
    assert_false(run(play));
    assert_int_equal(play->attempts, 1);
    scene_check(play->scene, ERROR_CHANGED, "between");
}

/* ---- the end ---- */

static void
the_deadline_is_over_and_somebody_is_there(void **state)
{
    Play *play = *state;

    play->blocked = INT32_MAX;
    play->task.deadline = 0;
    assert_false(run(play));
    assert_int_equal(play->attempts, 0);
    assert_non_null(play->scene->error.hint);
    scene_check(play->scene, ERROR_LOCK, "pid 99 of a test");
}

/* The holder of a lock is asked for, of whatever age: the last attempt failed by it. */
static void
the_deadline_is_over_after_a_failure(void **state)
{
    Play *play = *state;

    play->failures = INT32_MAX;
    play->task.deadline = 0;
    assert_false(run(play));
    assert_int_equal(play->attempts, 1);
    assert_int_equal(script_count(play->scene->script, "AS who"), 2);
    scene_check(play->scene, ERROR_LOCK, "canceling statement");
    play->kind = ERROR_AGAIN;
    play->sqlstate = "";
    play->message = "many keys came";
    script_forget(play->scene->script);
    assert_false(run(play));
    assert_int_equal(script_count(play->scene->script, "AS who"), 1);
    scene_check(play->scene, ERROR_LOCK, "many keys came");
}

static void
the_patience_is_short_meanwhile(void **state)
{
    Play *play = *state;
    Script *script = play->scene->script;

    play->scene->settings.lock_timeout = 1234;
    succeeds(play);
    assert_non_null(strstr(script_statement(script, 0), "'1234'"));
    assert_non_null(strstr(script_statement(script, script_asked(script) - 1), "'600000'"));
    assert_int_equal(play->scene->context.patience, READ_PATIENCE);
}

/* ---- several tables ---- */

static void
two_tables(Play *play)
{
    journal_set_pairs(play->scene->arena, &play->scene->migration, play->scene->pairs, 2);
}

static void
all_tables_are_named(void **state)
{
    Play *play = *state;

    two_tables(play);
    play->failures = INT32_MAX;
    play->task.deadline = 0;
    assert_false(run(play));
    assert_non_null(strstr(play->scene->error.message, "\"app\".\"t1\", \"app\".\"t2\""));
    scene_check(play->scene, ERROR_LOCK, "swap-deadline");
}

/* Whoever holds one of them is named. */
static void
a_lock_timeout_is_explained_by_any_table(void **state)
{
    Play *play = *state;
    Error *error = &play->scene->error;

    two_tables(play);
    play->blocked = 1;
    error_set(error, ERROR_LOCK, "lock timeout");
    strcpy(error->sqlstate, "55P03");
    polite_explain(&play->scene->context, error);
    assert_int_equal(script_count(play->scene->script, "IN (1001, 1002)"), 1);
    scene_check(play->scene, ERROR_LOCK, "pid 99 of a test");
}

static void
each_standby_is_locked(void **state)
{
    Play *play = *state;

    two_tables(play);
    assert_true(polite_begin(&play->scene->context, "1001, 1002", &play->scene->error));
    assert_int_equal(script_count(play->scene->script, "c.oid = 2001"), 1);
    assert_int_equal(script_count(play->scene->script, "c.oid = 2002"), 1);
}

/* ---- the operator's word ---- */

/* While it is paused no lock is asked for, and the deadline moves by as much. */
static void
a_pause_holds_it_up(void **state)
{
    Play *play = *state;
    int64_t started = clock_ms();

    play->paused = 2;
    play->task.deadline = 10000;
    succeeds(play);
    assert_int_equal(play->paused, 0);
    assert_int_equal(play->attempts, 1);
    assert_true(play->task.until - started >= 10000 + 1000); /* two looks, half a second each */
}

static void
blockers_are_ended_only_on_request(void **state)
{
    Play *play = *state;
    Script *script = play->scene->script;

    succeeds(play);
    assert_int_equal(script_count(script, "AS ended"), 0);
    play->scene->settings.cancel_blockers = 777;
    succeeds(play);
    assert_int_equal(script_count(script, "AS ended"), 1);
    assert_int_equal(script_count(script, "777 * interval"), 1);
    assert_int_equal(script_count(script, "CASE WHEN true"), 0);
    play->scene->settings.terminate_blockers = 888;
    succeeds(play);
    assert_int_equal(script_count(script, "888 * interval"), 1);
    assert_int_equal(script_count(script, "CASE WHEN true"), 1);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, scene_end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nobody_is_in_the_way),
        TEST(somebody_is_in_the_way),
        TEST(an_attempt_fails),
        TEST(which_failure_is_worth_another_attempt),
        TEST(what_is_done_between_may_meet_others),
        TEST(the_deadline_is_over_and_somebody_is_there),
        TEST(the_deadline_is_over_after_a_failure),
        TEST(the_patience_is_short_meanwhile),
        TEST(all_tables_are_named),
        TEST(a_lock_timeout_is_explained_by_any_table),
        TEST(each_standby_is_locked),
        TEST(a_pause_holds_it_up),
        TEST(blockers_are_ended_only_on_request),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
