/*
 * What a phase works with, on a server by script: a context with settings and a migration of one
 * table.
 */
#pragma once

#include "script.h"
#include "tool/context.h"

typedef struct Scene
{
    Arena *arena;
    Script *script;
    Context context;
    Settings settings; /* every time is 1 s, but for what the test sets */
    Migration migration;
    Pair pairs[2]; /* of which the migration has one */
    Error error;   /* empty; cleared after the test */
    ScriptAnswer answer;
    void *answer_context;
} Scene;

Scene *scene_open(ScriptAnswer answer, void *context);

/* Gives both tables a mapping: key id and a column n, which goes from integer to bigint. */
void scene_map(Scene *scene);

/* False if anything is left in the loop. */
bool scene_close(Scene *scene);

/*
 * For a test whose state is a struct of its own, with a Scene * as its first member: makes one of
 * that size, zeroed but for its scene, which is answered with it as the context.  scene_end is the
 * teardown: fails if anything is left in the loop.
 */
void *scene_play(size_t size, ScriptAnswer answer);
int scene_end(void **state);

/* Checks the kind of scene->error, and that its message (or detail) has this word; clears it. */
void scene_check(Scene *scene, ErrorKind kind, const char *word);
