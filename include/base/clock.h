/*
 * Time: the monotonic clock, durations with PostgreSQL's units, RFC 3339.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum
{
    CLOCK_TEXT_SIZE = 40 /* enough for every text this module writes */
};

/* Monotonic time; only differences mean something. */
int64_t clock_ms(void);
int64_t clock_us(void);

/*
 * Reads a duration as PostgreSQL writes them: a number (a fraction is allowed) and one of us, ms,
 * s, min, h, d; a bare number is milliseconds.  "0" is zero.  Result in milliseconds, rounded.
 */
bool duration_parse(const char *text, int64_t *milliseconds, Error *error) ERROR_MUST_CHECK;

/* Writes a duration for people: "850 ms", "12.3 s", "4 min 10 s", "2 h 5 min", "3 d 4 h". */
const char *duration_format(char buffer[CLOCK_TEXT_SIZE], int64_t milliseconds);

/* Wall-clock time now as RFC 3339 in UTC with milliseconds: 2026-02-03T04:05:06.789Z. */
const char *clock_rfc3339(char buffer[CLOCK_TEXT_SIZE]);
