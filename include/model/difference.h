/*
 * In which attributes two definitions of a description differ, as text.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/text.h"

/* Appends "default: 1, was 0; storage: x, was p"; was is the word before the old value. */
void difference_append(Arena *arena, Text *text, const char *was, const char *before,
                       const char *now);

/* True if a column differs in its position only, as all do behind one that was dropped. */
bool difference_is_position(const char *before, const char *now);
