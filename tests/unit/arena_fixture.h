/*
 * An arena for a test that needs nothing else: cmocka_unit_test_setup_teardown(test, arena_setup,
 * arena_teardown).
 */
#pragma once

#include "base/arena.h"

extern Arena *arena; /* from setup to teardown */

int arena_setup(void **state);
int arena_teardown(void **state);
