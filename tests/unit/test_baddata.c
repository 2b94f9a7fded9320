/*
 * The search for the row that does not fit: by halving over blocks, then over the rows of one, in
 * the heap that the failed chunk was of.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "scene.h"
#include "tool/baddata.h"

typedef struct Play
{
    Scene *scene;
    const char *heap;  /* in which the rows are searched */
    int block, row;    /* of the bad one; block -1: it was corrected meanwhile */
    bool column_fails; /* its column n does so alone */
    int outside;       /* statements about another heap, or past the range */
    int tries;
} Play;

static const Heap parts[] = {{"1001", "app.t1", "5001", 1000}, {"1002", "app.\"t 2\"", "5002", 70}};

/* Where a statement's range begins and ends. */
static bool
take_range(const char *statement, int at[2], int end[2])
{
    const char *from = strstr(statement, "'("), *to;

    to = from == NULL ? NULL : strstr(from + 1, "'(");
    return to != NULL && sscanf(from, "'(%d,%d)'", &at[0], &at[1]) == 2 &&
           sscanf(to, "'(%d,%d)'", &end[0], &end[1]) == 2;
}

static bool
is_before(int block, int row, const int place[2])
{
    return block < place[0] || (block == place[0] && row < place[1]);
}

static void
answer(void *context, const char *statement, Reply *reply)
{
    Play *play = context;
    int from[2], to[2];
    bool within;

    if (!take_range(statement, from, to))
        return;
    if (strstr(statement, play->heap) == NULL)
        play->outside++;
    within = play->block >= 0 && !is_before(play->block, play->row, from) &&
             is_before(play->block, play->row, to);
    if (strstr(statement, "AS last_row") != NULL)
        reply_row(reply, "last_row", "60", NULL);
    else if (strstr(statement, "AS key") != NULL && within)
        reply_row(reply, "key", "(4711)", NULL);
    else if (strstr(statement, "pgswap_try") != NULL)
    {
        if (within && play->column_fails && strstr(statement, "n::bigint") != NULL)
            reply_fails(reply, "22003", "out of range");
    }
    else if (within)
        reply_fails(reply, "22003", "out of range");
    play->tries++;
}

static int
setup(void **state)
{
    Play *play = scene_play(sizeof(*play), answer);

    scene_map(play->scene);
    play->scene->migration.phase = PHASE_COPY;
    play->heap = "app.t1";
    *state = play;
    return 0;
}

/* As if a chunk of these blocks had failed. */
static Error *
search(Play *play, const Heap *heap, int64_t first, int64_t end)
{
    Scene *scene = play->scene;
    Error *error = &scene->error;

    play->heap = heap->relation;
    error_clear(error);
    error_set(error, ERROR_STATEMENT, "out of range");
    strcpy(error->sqlstate, "22003");
    assert_false(
        baddata_in_range(&scene->context, &scene->pairs[0], &(HeapRange){heap, first, end}, error));
    assert_int_equal(play->outside, 0);
    assert_int_equal(script_count(scene->script, "ROLLBACK TO"),
                     script_count(scene->script, "SAVEPOINT") / 2);
    return error;
}

static void
wherever_it_is(void **state)
{
    static const int places[][2] = {{100, 1}, {100, 60}, {149, 1}, {149, 60}, {123, 45}};
    Play *play = *state;

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        for (int part = 0; part < 2; part++)
        {
            play->block = places[i][0];
            play->row = places[i][1];
            play->column_fails = true;
            assert_string_equal(search(play, &parts[part], 100, 150)->key, "(id)=(4711)");
            assert_string_equal(play->scene->error.column, "n");
        }
}

/* Twenty tries and not two hundred: each halves what is left. */
static void
it_does_not_take_long(void **state)
{
    Play *play = *state;

    play->block = 777;
    play->row = 7;
    assert_non_null(search(play, &parts[0], 0, 1024)->key);
    assert_in_range(play->tries, 10, 30);
}

/* A check over several columns: none of them alone is to blame. */
static void
no_column_is_to_blame(void **state)
{
    Play *play = *state;

    play->block = 5;
    play->row = 5;
    assert_non_null(search(play, &parts[0], 0, 10)->key);
    assert_null(play->scene->error.column);
    assert_non_null(strstr(play->scene->error.detail, "does not fit the new table"));
    play->scene->migration.live_is_blue = false;
    assert_non_null(strstr(search(play, &parts[0], 0, 10)->detail, "the old table"));
}

/* Nothing is named that is not so any more; what the server said stays. */
static void
it_was_corrected_meanwhile(void **state)
{
    Play *play = *state;

    play->block = -1;
    assert_null(search(play, &parts[0], 0, 10)->key);
    assert_string_equal(play->scene->error.message, "out of range");
    assert_non_null(strstr(play->scene->error.hint, "run the same command again"));
}

static void
errors_that_are_not_of_the_data(void **state)
{
    static const struct
    {
        ErrorKind kind;
        const char *sqlstate;
    } cases[] = {{ERROR_LOCK, "55P03"},
                 {ERROR_LIMIT, "53100"},
                 {ERROR_STATEMENT, "42P01"},
                 {ERROR_STATEMENT, "P0001"},
                 {ERROR_FAULT, ""}};
    Play *play = *state;
    Scene *scene = play->scene;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
    {
        Error error = {.kind = cases[i].kind};

        strcpy(error.sqlstate, cases[i].sqlstate);
        assert_false(baddata_is(&error));
        assert_false(baddata_in_range(&scene->context, &scene->pairs[0],
                                      &(HeapRange){&parts[0], 0, 10}, &error));
        assert_null(error.hint);
    }
    assert_int_equal(script_asked(scene->script), 0);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, scene_end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(wherever_it_is),
        TEST(it_does_not_take_long),
        TEST(no_column_is_to_blame),
        TEST(it_was_corrected_meanwhile),
        TEST(errors_that_are_not_of_the_data),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
