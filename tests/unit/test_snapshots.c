/*
 * Whose old snapshot is waited for, told from one sample of the sessions to the next.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "scene.h"
#include "swap/snapshots.h"

/* A session as the server shows it. */
typedef struct Session
{
    int pid;
    int transaction;
    int xmin;
    int statement;
    const char *flags; /* k: keeper, h: hidden, m: may go on */
} Session;

typedef struct Play
{
    Scene *scene;
    Snapshots *snapshots;
    const Session *samples[8]; /* one after the other, up to a pid of 0; the last one stays */
    int next;
    int crowd; /* so many sessions more */
} Play;

static const char *
flag(const Session *session, char letter)
{
    return strchr(session->flags, letter) != NULL ? "t" : "f";
}

static void
show(Reply *reply, const Session *session)
{
    char pid[16], vxid[16], xmin[16], query_start[16];

    snprintf(pid, sizeof(pid), "%d", session->pid);
    snprintf(vxid, sizeof(vxid), "%d/%d", session->pid, session->transaction);
    snprintf(xmin, sizeof(xmin), "%d", session->xmin);
    snprintf(query_start, sizeof(query_start), "%d", session->statement);
    reply_row(reply, "pid", pid, "vxid", vxid, "xmin", xmin, "query_start", query_start, "hidden",
              flag(session, 'h'), "keeper", flag(session, 'k'), "may_go_on", flag(session, 'm'),
              "role", NULL, "application", "psql", "state", NULL, "age", "5", NULL);
}

static void
answer(void *context, const char *statement, Reply *reply)
{
    Play *play = context;

    if (strstr(statement, "AS keeper") == NULL)
        return;
    for (const Session *session = play->samples[play->next]; session->pid > 0; session++)
        show(reply, session);
    for (int i = 0; i < play->crowd; i++)
        show(reply, &(Session){10000 + i, 1, 10, 1, ""});
    if (play->samples[play->next + 1] != NULL)
        play->next++;
}

static int
setup(void **state)
{
    Play *play = scene_play(sizeof(*play), answer);

    play->snapshots = snapshots_new(play->scene->arena);
    play->scene->settings.old_snapshots = OLD_SNAPSHOTS_WAIT;
    play->scene->context.look.at = INT64_MAX / 2; /* what others do to live is not looked at */
    *state = play;
    return 0;
}

#define NOBODY ((const Session[]){{0}})
#define SEEN(...) ((const Session[]){__VA_ARGS__, {0}})

/* The next samples, up to a NULL. */
static void
will_see(Play *play, const Session *const *samples)
{
    memset(play->samples, 0, sizeof(play->samples));
    for (int i = 0; samples[i] != NULL; i++)
        play->samples[i] = samples[i];
    play->next = 0;
    script_forget(play->scene->script);
}

#define WILL_SEE(...) will_see(play, (const Session *const[]){__VA_ARGS__, NULL})

/* How many samples it takes until nobody is waited for. */
static int
looks(Play *play)
{
    if (!snapshots_wait(play->snapshots, &play->scene->context, INT64_MAX, &play->scene->error))
        fail_msg("%s", play->scene->error.message);
    return script_count(play->scene->script, "AS keeper");
}

/* The check under the lock, after a sample of before. */
static void
assert_kept_by(Play *play, int pid)
{
    char words[32];

    snprintf(words, sizeof(words), "pid %d ", pid);
    assert_false(snapshots_check(play->snapshots, &play->scene->context, &play->scene->error));
    scene_check(play->scene, ERROR_AGAIN, words);
}

static void
assert_kept_by_nobody(Play *play)
{
    if (!snapshots_check(play->snapshots, &play->scene->context, &play->scene->error))
        fail_msg("%s", play->scene->error.message);
}

/* ---- before the lock ---- */

static void
nobody_has_one(void **state)
{
    Play *play = *state;

    WILL_SEE(NOBODY);
    assert_int_equal(looks(play), 1);
}

/* Each is waited for until it is gone, in whatever order. */
static void
all_that_are_there_at_first(void **state)
{
    Play *play = *state;

    WILL_SEE(SEEN({1, 1, 10, 1, ""}, {2, 1, 11, 1, ""}, {3, 1, 12, 1, ""}),
             SEEN({1, 1, 10, 1, ""}, {3, 1, 12, 1, ""}), SEEN({1, 1, 10, 1, ""}), NOBODY);
    assert_int_equal(looks(play), 4);
}

/* A new transaction, or a new snapshot in the same one, is not the one that was old. */
static void
newer_ones_are_not_waited_for(void **state)
{
    Play *play = *state;

    WILL_SEE(SEEN({1, 1, 10, 1, ""}, {2, 1, 10, 1, ""}),
             SEEN({1, 2, 10, 2, ""}, {2, 1, 15, 2, ""}, {3, 1, 16, 1, ""}));
    assert_int_equal(looks(play), 2);
}

/* Its snapshot lasts although its statement is another. */
static void
the_same_snapshot_under_a_new_statement(void **state)
{
    Play *play = *state;

    WILL_SEE(SEEN({1, 1, 10, 1, ""}), SEEN({1, 1, 10, 2, ""}), SEEN({1, 1, 10, 3, ""}), NOBODY);
    assert_int_equal(looks(play), 4);
}

/* One that was exported and taken over by a session that was not there at first. */
static void
a_snapshot_that_was_handed_on(void **state)
{
    Play *play = *state;

    WILL_SEE(SEEN({1, 1, 10, 1, "k"}), SEEN({1, 1, 10, 1, "k"}, {2, 1, 10, 1, "k"}),
             SEEN({2, 1, 10, 1, "k"}), SEEN({2, 1, 10, 1, "k"}, {3, 1, 11, 1, "k"}),
             SEEN({3, 1, 11, 1, "k"}));
    assert_int_equal(looks(play), 5);
}

static void
the_deadline_is_over(void **state)
{
    Play *play = *state;

    WILL_SEE(SEEN({7, 1, 10, 1, ""}));
    assert_false(snapshots_wait(play->snapshots, &play->scene->context, clock_ms() - 1,
                                &play->scene->error));
    scene_check(play->scene, ERROR_AGAIN, "pid 7");
}

/* ---- under the lock ---- */

static void
who_is_known_to_keep_one(void **state)
{
    Play *play = *state;

    WILL_SEE(SEEN({1, 1, 10, 1, ""}, {2, 1, 10, 1, "k"}));
    assert_kept_by(play, 2);
    WILL_SEE(SEEN({1, 1, 10, 1, ""}));
    assert_kept_by_nobody(play);
}

/* The last sample before the lock has this session, and the one under it that. */
static void
was_and_is(Play *play, const Session *was, const Session *is)
{
    WILL_SEE(SEEN({9, 1, 10, 1, ""}), was, is);
    assert_int_equal(looks(play), 2);
}

/* A statement that is another one than before, with the snapshot of before: it lasts. */
static void
who_is_seen_to_keep_one(void **state)
{
    Play *play = *state;

    was_and_is(play, SEEN({5, 1, 20, 1, ""}), SEEN({5, 1, 20, 2, ""}));
    assert_kept_by(play, 5);
    assert_kept_by(play, 5); /* a check does not spoil the next */
    was_and_is(play, SEEN({5, 1, 20, 1, ""}), SEEN({5, 1, 21, 2, ""}));
    assert_kept_by_nobody(play);
    was_and_is(play, SEEN({5, 1, 20, 1, ""}), SEEN({5, 2, 20, 2, ""}));
    assert_kept_by_nobody(play);
    was_and_is(play, SEEN({5, 1, 20, 1, ""}), SEEN({5, 1, 20, 1, ""})); /* waits for us */
    assert_kept_by_nobody(play);
}

static void
who_was_known_to_keep_one(void **state)
{
    Play *play = *state;

    was_and_is(play, SEEN({6, 1, 20, 1, "k"}), SEEN({6, 1, 20, 1, ""}));
    assert_kept_by(play, 6);
}

/* Of a hidden session the statement is not known: that its snapshot is the same is enough. */
static void
a_hidden_session(void **state)
{
    Play *play = *state;

    was_and_is(play, SEEN({4, 1, 20, 0, "h"}), SEEN({4, 1, 20, 0, "h"}));
    assert_kept_by(play, 4);
    was_and_is(play, SEEN({3, 1, 20, 0, "h"}), SEEN({4, 1, 20, 0, "h"}));
    assert_kept_by_nobody(play); /* it may just wait for a lock */
}

static void
strict_counts_whoever_may_go_on(void **state)
{
    Play *play = *state;

    WILL_SEE(SEEN({1, 1, 10, 1, ""}, {2, 1, 10, 1, "m"}));
    assert_kept_by_nobody(play);
    play->scene->settings.old_snapshots = OLD_SNAPSHOTS_STRICT;
    assert_kept_by(play, 2);
}

static void
ignored_on_request(void **state)
{
    Play *play = *state;

    play->scene->settings.old_snapshots = OLD_SNAPSHOTS_IGNORE;
    WILL_SEE(SEEN({1, 1, 10, 1, "km"}));
    assert_kept_by_nobody(play);
    assert_int_equal(looks(play), 0);
}

/* More than there is room for: none of them may be passed over. */
static void
more_than_can_be_told_apart(void **state)
{
    Play *play = *state;

    play->crowd = 5000;
    WILL_SEE(NOBODY);
    assert_false(snapshots_check(play->snapshots, &play->scene->context, &play->scene->error));
    scene_check(play->scene, ERROR_AGAIN, "4096");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, scene_end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nobody_has_one),
        TEST(all_that_are_there_at_first),
        TEST(newer_ones_are_not_waited_for),
        TEST(the_same_snapshot_under_a_new_statement),
        TEST(a_snapshot_that_was_handed_on),
        TEST(the_deadline_is_over),
        TEST(who_is_known_to_keep_one),
        TEST(who_is_seen_to_keep_one),
        TEST(who_was_known_to_keep_one),
        TEST(a_hidden_session),
        TEST(strict_counts_whoever_may_go_on),
        TEST(ignored_on_request),
        TEST(more_than_can_be_told_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
