/*
 * The signals: replicas that lag, are silent or gone; WAL by its rate; how often people are told.
 * And what they are made of: windows of time, sizes, the pace.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/size.h"
#include "base/window.h"
#include "scene.h"
#include "tool/pace.h"
#include "tool/signals.h"

typedef struct Play
{
    Scene *scene;
    bool may_see;
    const char *name; /* of the replica; NULL: there is none */
    const char *pid;
    const char *lag; /* ms */
    const char *behind;
    const char *reply;
    const char *written; /* bytes of WAL */
    Text held;
} Play;

static void
answer(void *context, const char *statement, Reply *reply)
{
    Play *play = context;

    if (strstr(statement, "pg_stat_replication") != NULL)
        reply_row(reply, "may_see", play->may_see ? "t" : "f", "pid",
                  play->name != NULL ? play->pid : NULL, "name", play->may_see ? play->name : NULL,
                  "lag", play->lag, "behind", play->behind, "reply", play->reply, NULL);
    else if (strstr(statement, "AS written") != NULL)
        reply_row(reply, "written", play->written, NULL);
    else if (strstr(statement, "AS pause") != NULL)
        reply_row(reply, "hold", "f", "pause", NULL, NULL);
}

static int
setup(void **state)
{
    Play *play = scene_play(sizeof(*play), answer);

    play->may_see = true;
    play->name = "far";
    play->pid = "100";
    play->lag = "0";
    play->behind = "f";
    play->reply = "12:00";
    play->scene->settings.max_lag = 1000;
    *state = play;
    return 0;
}

static int
teardown(void **state)
{
    Play *play = *state;

    text_clear(&play->held);
    return scene_end(state);
}

static const char *
look(Play *play)
{
    if (!signals_look(&play->scene->context, ASKER_COPY, &play->held, &play->scene->error))
        fail_msg("%s", play->scene->error.message);
    return text_cstr(&play->held);
}

static void
check(Play *play)
{
    if (!signals_check(&play->scene->context, &play->scene->error))
        fail_msg("%s", play->scene->error.message);
}

/* ---- replicas ---- */

static void
by_what_the_server_says(void **state)
{
    Play *play = *state;

    play->lag = "1000";
    assert_string_equal(look(play), "");
    play->lag = "1001";
    assert_string_equal(look(play), "replica \"far\", which is 1.0 s behind");
    play->lag = "0";
    assert_string_equal(look(play), "");
}

/* By default 5 s, where it can be seen; who asks for it must see it. */
static void
not_asked_for(void **state)
{
    Play *play = *state;

    play->scene->settings.max_lag = 0;
    play->lag = "5000";
    assert_string_equal(look(play), "");
    play->lag = "5001";
    assert_string_not_equal(look(play), "");
    play->may_see = false;
    assert_string_equal(look(play), "");
    play->scene->settings.max_lag = 5000;
    assert_false(signals_look(&play->scene->context, ASKER_COPY, &play->held, &play->scene->error));
    scene_check(play->scene, ERROR_REFUSED, "--max-lag");
}

/* One that has nothing to replay may be silent. */
static void
silence_is_lag(void **state)
{
    Play *play = *state;

    play->scene->settings.max_lag = 1;
    assert_string_equal(look(play), "");
    usleep(20000);
    assert_string_equal(look(play), "");
    play->behind = "t";
    assert_non_null(strstr(look(play), "\"far\""));
    play->reply = "12:01";
    assert_string_equal(look(play), "");
}

static void
one_that_is_gone(void **state)
{
    Play *play = *state;

    play->scene->settings.lag_grace = 86400000;
    look(play);
    play->name = NULL;
    assert_string_equal(look(play), "replica \"far\", which is gone");
    play->name = "far"; /* by another connection */
    play->pid = "200";
    assert_string_equal(look(play), "");
    play->name = NULL;
    assert_string_not_equal(look(play), "");
    play->scene->settings.lag_grace = 0;
    assert_string_equal(look(play), "");
    play->scene->settings.lag_grace = 86400000;
    assert_string_equal(look(play), ""); /* it is forgotten */
}

static void
another_does_not_take_its_place(void **state)
{
    Play *play = *state;

    play->scene->settings.lag_grace = 86400000;
    look(play);
    play->name = "near";
    play->pid = "200";
    assert_string_equal(look(play), "replica \"far\", which is gone");
}

static void
those_that_are_named(void **state)
{
    Play *play = *state;
    Settings *settings = &play->scene->settings;

    settings->lag_servers = "near,nearer";
    assert_false(signals_check(&play->scene->context, &play->scene->error));
    scene_check(play->scene, ERROR_REFUSED, "\"near\"");
    play->scene->context.pressure = NULL;
    settings->lag_servers = "near,far";
    play->name = "far";
    play->scene->context.pressure = NULL;
    settings->lag_servers = "far";
    check(play);
    play->lag = "2000";
    assert_non_null(strstr(look(play), "\"far\""));
    settings->lag_servers = "fa";
    assert_non_null(strstr(look(play), "\"fa\", which is not connected"));
    settings->lag_servers = "far";
    play->name = NULL;
    assert_non_null(strstr(look(play), "\"far\", which is not connected"));
}

/* ---- WAL ---- */

/* A kilobyte a second: what is written too much is waited for, some seconds at most. */
static void
wal_by_its_rate(void **state)
{
    Play *play = *state;

    play->scene->settings.max_wal_rate = 1024;
    play->written = "1000000";
    assert_string_equal(look(play), "");
    usleep(2000);
    play->written = "1000001"; /* 1 byte in 2 ms: less than the rate */
    assert_string_equal(look(play), "");
    usleep(2000);
    play->written = "1100000";
    assert_non_null(strstr(look(play), "less WAL"));
    usleep(2000);
    assert_non_null(strstr(look(play), "less WAL")); /* nothing more, and yet */
}

/* ---- the state, and people ---- */

/* A signal that comes and goes within a second is one event, and all of its time is counted. */
static void
one_that_comes_and_goes(void **state)
{
    Play *play = *state;
    Script *script = play->scene->script;

    for (int i = 0; i < 3; i++)
    {
        play->lag = "2000";
        look(play);
        usleep(2000);
        look(play);
        play->lag = "0";
        look(play);
    }
    assert_int_equal(script_count(script, "'waiting_for', 'replica"), 1);
    assert_int_equal(script_count(script, "'waiting_for', NULL"), 1);
    assert_int_equal(script_count(script, "SET throttled"), 6);
}

/* ---- windows ---- */

static Arena *
arena_of(Play *play)
{
    return play->scene->arena;
}

static void
open_at(Play *play, const char *text, int day, const char *clock, bool expected)
{
    Window window;
    int minute = atoi(clock) * 60 + atoi(clock + 3);

    if (!window_parse(arena_of(play), text, &window, &play->scene->error))
        fail_msg("%s: %s", text, play->scene->error.message);
    if (window_is_open(&window, day, minute) != expected)
        fail_msg("%s: day %d, %s", text, day, clock);
}

static void
windows(void **state)
{
    Play *play = *state;
    const char *weekdays = "Mon-Fri 01:00-05:00 Europe/Berlin";

    open_at(play, weekdays, 1, "00:59", false);
    open_at(play, weekdays, 1, "01:00", true);
    open_at(play, weekdays, 5, "04:59", true);
    open_at(play, weekdays, 5, "05:00", false);
    open_at(play, weekdays, 6, "02:00", false);
    open_at(play, weekdays, 7, "02:00", false);
    open_at(play, "00:00-24:00 UTC", 7, "23:59", true);
    open_at(play, "fri-MON 10:00-11:00 UTC", 1, "10:30", true);
    open_at(play, "fri-MON 10:00-11:00 UTC", 4, "10:30", false);
}

static void
windows_past_midnight(void **state)
{
    Play *play = *state;
    const char *text = "Sun 22:00-04:00,Wed,Thu 12:00-13:00 UTC";

    open_at(play, text, 7, "21:59", false);
    open_at(play, text, 7, "22:00", true);
    open_at(play, text, 7, "03:00", false);
    open_at(play, text, 1, "03:59", true);
    open_at(play, text, 1, "04:00", false);
    open_at(play, text, 1, "22:00", false);
    open_at(play, text, 3, "12:30", true);
    open_at(play, text, 4, "12:30", true);
    open_at(play, text, 5, "12:30", false);
    open_at(play, "22:00-04:00 UTC", 1, "00:00", true);
}

static void
no_windows(void **state)
{
    Play *play = *state;
    static const char *const wrong[] = {
        "",
        "UTC",
        "Mon UTC",
        "01:00-05:00",
        "Mon-Fri 01:00-05:00",
        "Mon- 01:00-05:00 UTC",
        "1:00-5:00 UTC",
        "01:00-25:00 UTC",
        "01:60-05:00 UTC",
        "24:00-01:00 UTC",
        "01:00-01:00 UTC",
        "01:00 UTC",
        "01:00-05:00 UTC Mon",
        "01:00-05:00 UTC 06:00-07:00",
        "01:00-05:00, Mon UTC",
    };

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
    {
        Window window;

        if (window_parse(arena_of(play), wrong[i], &window, &play->scene->error))
            fail_msg("taken: %s", wrong[i]);
        scene_check(play->scene, ERROR_FAULT, "invalid window");
    }
}

static void
sizes(void **state)
{
    Play *play = *state;
    static const char *const wrong[] = {"", "MB", "1", "1 mb", "-1MB", "1.5GB", "9999999999TB"};
    int64_t bytes;

    assert_true(size_parse("0B", &bytes, &play->scene->error) && bytes == 0);
    assert_true(size_parse("3kB", &bytes, &play->scene->error) && bytes == 3072);
    assert_true(size_parse("2 TB", &bytes, &play->scene->error) && bytes == (int64_t)2 << 40);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
    {
        assert_false(size_parse(wrong[i], &bytes, &play->scene->error));
        scene_check(play->scene, ERROR_FAULT, "invalid size");
    }
}

/* ---- the pace ---- */

/* So many workers, whose pieces take so long (µs), for a while: the share of their time that is
 * rest. */
static double
share_of_rest(int64_t nice, int workers, int64_t piece)
{
    const int64_t end = 500000000, step = 10000;
    int64_t busy_until[8] = {0}, busy = 0;
    Pace pace;

    pace_init(&pace, nice, workers);
    for (int64_t now = step; now < step + end; now += step)
        for (int i = 0; i < workers; i++)
        {
            if (busy_until[i] == now)
                pace_ended(&pace, piece, now);
            if (busy_until[i] <= now && pace_may_begin(&pace, now))
                busy_until[i] = now + piece;
            if (busy_until[i] > now)
                busy += step;
        }
    return 100 - 100.0 * (double)busy / (double)(end * workers);
}

static void
the_pace(void **state)
{
    static const int64_t shares[] = {0, 10, 50, 90, 99, 100};

    (void)state;
    for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++)
        for (int workers = 1; workers <= 8; workers *= 2)
            for (int64_t piece = 10000; piece <= 1000000; piece *= 10)
            {
                double share = share_of_rest(shares[i], workers, piece);

                if (share < (double)shares[i] - 1 || share > (double)shares[i] + 1)
                    fail_msg("nice %d, %d workers, %d us: %.1f", (int)shares[i], workers,
                             (int)piece, share);
            }
}

/* A wait for something else is no rest that was saved up. */
static void
no_rest_is_saved_up(void **state)
{
    Pace pace;

    (void)state;
    pace_init(&pace, 50, 1);
    pace_ended(&pace, 1000000, 2000000); /* rests until 3 s, and does nothing until 99 s */
    assert_false(pace_may_begin(&pace, 2500000));
    assert_true(pace_may_begin(&pace, 3000000));
    pace_ended(&pace, 1000000, 100000000);
    assert_false(pace_may_begin(&pace, 100700000));
    assert_true(pace_may_begin(&pace, 101000000));
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(by_what_the_server_says),
        TEST(not_asked_for),
        TEST(silence_is_lag),
        TEST(one_that_is_gone),
        TEST(another_does_not_take_its_place),
        TEST(those_that_are_named),
        TEST(wal_by_its_rate),
        TEST(one_that_comes_and_goes),
        TEST(windows),
        TEST(windows_past_midnight),
        TEST(no_windows),
        TEST(sizes),
        TEST(the_pace),
        TEST(no_rest_is_saved_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
