/*
 * Whole files.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"

/* Reads a file, "-" for standard input, into *content (in arena, NUL-terminated); ERROR_FAULT if
 * that cannot be done. */
bool file_read(Arena *arena, const char *path, char **content, Error *error) ERROR_MUST_CHECK;
