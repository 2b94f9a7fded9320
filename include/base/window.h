/*
 * Times of the week in which work may be done:
 *
 *     Mon-Fri 01:00-05:00 Europe/Berlin
 *     Mon-Thu 22:00-05:00, Fri,Sat 00:00-24:00 UTC
 *
 * Without days before the times: every day.  Times whose end is not after their beginning end on
 * the next day.  What time it is where is the server's to say: it knows the zones, and has the
 * clock that counts.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"

enum
{
    WINDOW_SPANS = 16
};

typedef struct WindowSpan
{
    unsigned days; /* on which it begins: a bit each, 1 for Monday */
    int from;      /* minutes of the day */
    int to;        /* not after from: on the next day */
} WindowSpan;

typedef struct Window
{
    const char *text; /* as it was given; NULL: there is none */
    const char *zone;
    WindowSpan spans[WINDOW_SPANS];
    int count;
} Window;

/* ERROR_FAULT if it is none.  Strings are in arena. */
bool window_parse(Arena *arena, const char *text, Window *window, Error *error) ERROR_MUST_CHECK;

/* day: 1 is Monday, 7 Sunday; minute: of that day. */
bool window_is_open(const Window *window, int day, int minute);
