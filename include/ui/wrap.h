/*
 * Text broken at blanks, to fit a terminal.
 *
 *     wrap_print(12, "  waits for %s\n", who);      // later lines begin in column 12
 *
 * Only a terminal gets broken lines: in a file or a pipe a message stays one line, which can be
 * searched for, cut and counted.
 */
#pragma once

#include <stddef.h>

#include "base/text.h"

/* Columns of the terminal behind the descriptor; 80 if it does not know, 0 if it is no terminal. */
int wrap_columns(int fd);

/* Columns that so many bytes of UTF-8 take; no name or note of ours is wider than one column a
 * character. */
int wrap_width(const char *text, size_t length);

/*
 * Appends text, broken at blanks so that no line takes more than so many columns (0: not at all),
 * used of which are taken already on the first one.  Lines that come of breaking begin with indent
 * blanks; those that text itself begins, with none.  A word that is longer than a line is left
 * whole.
 */
void wrap_append(Text *out, const char *text, int columns, int used, int indent);

/* Prints to standard output, broken for its terminal. */
void wrap_print(int indent, const char *format, ...) __attribute__((format(printf, 2, 3)));
