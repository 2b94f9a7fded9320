/*
 * One arena a test.
 */
#include "arena_fixture.h"

Arena *arena;

int
arena_setup(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

int
arena_teardown(void **state)
{
    (void)state;
    arena_free(arena);
    arena = NULL;
    return 0;
}
