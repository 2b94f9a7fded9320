/*
 * Sets a scene.
 */
#include "scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ui/log.h"

static void
make_pair(Scene *scene, Pair *pair, int number)
{
    pair->migration = &scene->migration;
    pair->number = number;
    pair->live = arena_printf(scene->arena, "\"app\".\"t%d\"", number);
    pair->standby = arena_printf(scene->arena, "\"pgswap_7_green\".\"t%d\"", number);
    pair->live_oid = arena_printf(scene->arena, "%d", 1000 + number);
    pair->standby_oid = arena_printf(scene->arena, "%d", 2000 + number);
    pair->mapping.keys = arena_alloc(scene->arena, sizeof(MapKey));
    pair->mapping.key_count = 1;
}

static void
make_migration(Scene *scene)
{
    Migration *migration = &scene->migration;

    migration->id = 7;
    strcpy(migration->id_text, "7");
    strcpy(migration->epoch, "1");
    migration->phase = PHASE_CAPTURE;
    migration->live_is_blue = true;
    migration->live_colour = "blue";
    migration->standby_colour = "green";
    migration->schema = arena_strdup(scene->arena, "app");
    migration->table = arena_strdup(scene->arena, "t1");
    migration->parameters.session = arena_strdup(scene->arena, "");
    migration->parameters.local = arena_strdup(scene->arena, "");
    make_pair(scene, &scene->pairs[0], 1);
    make_pair(scene, &scene->pairs[1], 2);
    journal_set_pairs(scene->arena, migration, scene->pairs, 1);
}

/* The role may not see replicas, unless the test says something else. */
static void
answer_lag(void *context, const char *statement, Reply *reply)
{
    Scene *scene = context;

    scene->answer(scene->answer_context, statement, reply);
    if (strstr(statement, "pg_stat_replication") != NULL && reply_is_empty(reply))
        reply_row(reply, "may_see", "f", "pid", NULL, NULL);
}

Scene *
scene_open(ScriptAnswer answer, void *context)
{
    Arena *arena = arena_new();
    Scene *scene = arena_alloc(arena, sizeof(*scene));

    log_setup(LOG_ERROR, LOG_TEXT);
    scene->arena = arena;
    scene->error = ERROR_INIT;
    scene->answer = answer;
    scene->answer_context = context;
    scene->script = script_open(answer_lag, scene);
    scene->settings = (Settings){.jobs = 1,
                                 .lock_timeout = 1000,
                                 .swap_deadline = 1000,
                                 .retry_pause = 1000,
                                 .max_lock_hold = 1000,
                                 .blocker_age = 1000,
                                 .drain_keys = 1000000,
                                 .converge_deadline = 1000};
    make_migration(scene);
    scene->context = (Context){.arena = arena,
                               .loop = loop_new(),
                               .settings = &scene->settings,
                               .control_params = script_params(scene->script),
                               .migration = &scene->migration};
    scene->context.control =
        await_connect(scene->context.loop, script_params(scene->script), "control", &scene->error);
    if (scene->context.control == NULL)
        fail_msg("%s: %s", scene->error.message, scene->error.detail);
    return scene;
}

void
scene_map(Scene *scene)
{
    static const char json[] =
        "{\"dropped\": \"\", \"kept\": [], \"key\": [{\"live\": \"id\", \"live_type\": "
        "\"integer\", "
        "\"live_equality\": \"=\", \"standby\": \"id\", \"standby_type\": \"integer\", "
        "\"standby_equality\": \"=\", \"expression\": \"id\"}], \"columns\": ["
        "{\"name\": \"id\", \"type\": \"integer\", \"expression\": \"id\", \"compared\": \"id\", "
        "\"agreed\": null, \"agreed_standby\": null, \"source\": \"id\", \"source_type\": null, "
        "\"binary\": true}, "
        "{\"name\": \"n\", \"type\": \"bigint\", \"expression\": \"n::bigint\", \"compared\": "
        "\"n::bigint\", \"agreed\": null, \"agreed_standby\": null, \"source\": \"n\", "
        "\"source_type\": null, \"binary\": true}]}";

    for (int i = 0; i < 2; i++)
    {
        scene->pairs[i].has_mapping = true;
        assert_true(mapping_from_json(scene->arena, json, &scene->pairs[i].mapping, &scene->error));
    }
}

bool
scene_close(Scene *scene)
{
    bool clean;

    conn_close(scene->context.control);
    clean = loop_free(scene->context.loop);
    script_close(scene->script);
    error_clear(&scene->error);
    arena_free(scene->arena);
    return clean;
}

void *
scene_play(size_t size, ScriptAnswer answer)
{
    Scene **play = calloc(1, size);

    if (play == NULL)
        abort();
    *play = scene_open(answer, play);
    return play;
}

int
scene_end(void **state)
{
    Scene **play = *state;
    bool clean = scene_close(*play);

    free(play);
    return clean ? 0 : -1;
}

void
scene_check(Scene *scene, ErrorKind kind, const char *word)
{
    Error *error = &scene->error;

    if (error->kind != kind)
        fail_msg("kind %d: %s (%s)", error->kind, error->message, error->detail);
    if (strstr(error->message, word) == NULL &&
        (error->detail == NULL || strstr(error->detail, word) == NULL))
        fail_msg("no \"%s\" in: %s (%s)", word, error->message, error->detail);
    error_clear(error);
}
