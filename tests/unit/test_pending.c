/*
 * Catching up: rounds until little is pending, and when that will not come to an end.
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
#include "scene.h"
#include "tool/pending.h"
#include "ui/log.h"

enum
{
    LITTLE = 1000 /* keys that are left to the swap */
};

typedef struct Play
{
    Scene *scene;
    const int *backlogs; /* what each look finds; the last of them for ever */
    int applied;         /* keys by each round */
    bool truncated;
} Play;

static void
answer(void *context, const char *statement, Reply *reply)
{
    Play *play = context;
    char text[40];

    if (strstr(statement, "AS backlog") != NULL)
    {
        snprintf(text, sizeof(text), "%d", play->backlogs[0]);
        reply_row(reply, "backlog", text, "truncated", play->truncated ? "t" : "f", NULL);
        if (play->backlogs[1] >= 0)
            play->backlogs++;
    }
    else if (strstr(statement, "AS keys") != NULL)
        reply_row(reply, "keys", "0", "truncated", "f", NULL);
    else if (strncmp(statement, "DELETE FROM pgswap.dirty_7_", 27) == 0)
    {
        snprintf(text, sizeof(text), "DELETE %d", play->applied);
        reply_tag(reply, text);
        play->truncated = false;
    }
}

static int
setup(void **state)
{
    Play *play = scene_play(sizeof(*play), answer);

    scene_map(play->scene);
    play->scene->migration.phase = PHASE_CATCHUP;
    play->scene->context.look.at = clock_ms(); /* others do nothing */
    play->scene->settings.drain_keys = LITTLE;
    play->scene->settings.converge_deadline = 3600000;
    play->scene->settings.dual_write = DUAL_WRITE_OFF;
    *state = play;
    return 0;
}

static int
rounds(const Play *play)
{
    return script_count(play->scene->script, "DELETE FROM pgswap.dirty_7_");
}

static bool
catch_up(Play *play, const int *backlogs)
{
    play->backlogs = backlogs;
    return pending_catch_up(&play->scene->context, &play->scene->error);
}

static void
catches_up(Play *play, const int *backlogs)
{
    if (!catch_up(play, backlogs))
        fail_msg("%s", play->scene->error.message);
}

/* What is left to the swap needs no round, however late it is. */
static void
little_is_left(void **state)
{
    Play *play = *state;

    play->scene->settings.converge_deadline = -1;
    catches_up(play, (const int[]){LITTLE, -1});
    assert_int_equal(rounds(play), 0);
    assert_int_equal(script_count(play->scene->script, "backlog = 1000"), 1); /* status tells it */
}

static void
rounds_until_little_is_left(void **state)
{
    Play *play = *state;

    play->applied = 5000;
    catches_up(play, (const int[]){5000, 2000, LITTLE + 1, LITTLE, -1});
    assert_int_equal(rounds(play), 3);
    assert_int_equal(play->scene->context.summary.keys_applied, 15000);
}

/* It is a single key, and empties a table. */
static void
a_truncate_is_not_left_to_the_swap(void **state)
{
    Play *play = *state;

    play->truncated = true;
    play->applied = 1;
    catches_up(play, (const int[]){1, 0, -1});
    assert_int_equal(rounds(play), 1);
}

static void
each_table_catches_up(void **state)
{
    Play *play = *state;

    journal_set_pairs(play->scene->arena, &play->scene->migration, play->scene->pairs, 2);
    play->applied = 2000;
    catches_up(play, (const int[]){2000, 10, 3000, 20, -1});
    assert_int_equal(script_count(play->scene->script, "DELETE FROM pgswap.dirty_7_1_"), 1);
    assert_int_equal(script_count(play->scene->script, "DELETE FROM pgswap.dirty_7_2_"), 1);
}

static void
the_deadline_is_over(void **state)
{
    Play *play = *state;
    const Error *error = &play->scene->error;

    play->scene->settings.converge_deadline = -1;
    assert_false(catch_up(play, (const int[]){LITTLE + 1, -1}));
    assert_int_equal(rounds(play), 0);
    assert_non_null(strstr(error->message, "--converge-deadline"));
    assert_non_null(strstr(error->hint, "--drain-keys"));
    scene_check(play->scene, ERROR_LIMIT, "1001 changes are to be applied");
}

/* What the log says of this, on the real standard error. */
static int
warnings(Play *play, const int *backlogs, const char *word)
{
    FILE *file = tmpfile();
    int saved = dup(STDERR_FILENO), count = 0;
    char line[400];

    assert_non_null(file);
    fflush(stderr);
    dup2(fileno(file), STDERR_FILENO);
    log_setup(LOG_WARNING, LOG_TEXT);
    catches_up(play, backlogs);
    fflush(stderr);
    dup2(saved, STDERR_FILENO);
    close(saved);
    log_setup(LOG_ERROR, LOG_TEXT);
    rewind(file);
    while (fgets(line, sizeof(line), file) != NULL)
        count += strstr(line, word) != NULL;
    fclose(file);
    return count;
}

/* As many arrive as are applied, or more: told once, and not of the first look. */
static void
it_does_not_get_less(void **state)
{
    Play *play = *state;

    play->applied = 3000;
    assert_int_equal(warnings(play, (const int[]){9000, 2999, 1500, 0, -1}, "grows"), 0);
    assert_int_equal(warnings(play, (const int[]){9000, 3000, 0, -1}, "grows"), 1);
    assert_int_equal(warnings(play, (const int[]){9000, 5000, 9000, 0, -1}, "grows"), 1);
}

/* How long a key takes is guessed, then measured; a few keys tell of round trips only. */
static void
the_time_for_a_key(void **state)
{
    Play *play = *state;
    Context *context = &play->scene->context;

    assert_int_equal(pending_cost(context, 1000), 50);
    play->applied = 499;
    catches_up(play, (const int[]){2000, 0, -1});
    assert_int_equal(pending_cost(context, 1000), 50);
    context->us_per_key = 3000;
    assert_int_equal(pending_cost(context, 1000), 3000);
    play->applied = 1000000; /* so many that one takes no time */
    catches_up(play, (const int[]){2000, 0, -1});
    assert_int_not_equal(context->us_per_key, 3000);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, scene_end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(little_is_left),
        TEST(rounds_until_little_is_left),
        TEST(a_truncate_is_not_left_to_the_swap),
        TEST(each_table_catches_up),
        TEST(the_deadline_is_over),
        TEST(it_does_not_get_less),
        TEST(the_time_for_a_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
