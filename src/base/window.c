/*
 * Words of a window, one after the other: days gather until times make a span of them; what is
 * neither is the zone, and the end.
 */
#include "base/window.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum
{
    DAY = 24 * 60,
    EVERY_DAY = 0x7f
};

static const char separators[] = ", \t";

static bool
refuse_window(const char *text, const char *why, Error *error)
{
    error_set(error, ERROR_FAULT, "invalid window \"%s\": %s", text, why);
    return error_hint(error, "A window is days, times and a time zone, such as \"Mon-Fri "
                             "01:00-05:00, Sat,Sun 00:00-24:00 Europe/Berlin\".");
}

/* 0 for Monday, or -1. */
static int
day_of(const char *word, size_t length)
{
    static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

    for (int day = 0; day < 7; day++)
        if (length == 3 && strncasecmp(word, days[day], 3) == 0)
            return day;
    return -1;
}

/* "Mon" or "Fri-Mon" as bits, or 0. */
static unsigned
days_of(const char *word, size_t length)
{
    int first = day_of(word, length < 3 ? length : 3), last = first;
    unsigned days = 0;

    if (first < 0 || (length != 3 && (length != 7 || word[3] != '-')))
        return 0;
    if (length == 7)
        last = day_of(word + 4, 3);
    if (last < 0)
        return 0;
    for (int day = first;; day = (day + 1) % 7)
    {
        days |= 1u << day;
        if (day == last)
            return days;
    }
}

static bool
is_clock(const char *word)
{
    return isdigit((unsigned char)word[0]) && isdigit((unsigned char)word[1]) && word[2] == ':' &&
           isdigit((unsigned char)word[3]) && isdigit((unsigned char)word[4]);
}

/* Minutes of "05:30"; more than a day if it is none. */
static int
minutes_of(const char *clock)
{
    int hour = (clock[0] - '0') * 10 + clock[1] - '0';
    int minute = (clock[3] - '0') * 10 + clock[4] - '0';

    return minute < 60 ? hour * 60 + minute : DAY + 1;
}

/* "01:00-05:00" */
static bool
read_times(const char *word, size_t length, WindowSpan *span)
{
    if (length != 11 || !is_clock(word) || word[5] != '-' || !is_clock(word + 6))
        return false;
    span->from = minutes_of(word);
    span->to = minutes_of(word + 6);
    return span->from < DAY && span->to <= DAY && span->from != span->to;
}

static bool
take_zone(Arena *arena, const char *word, Window *window)
{
    size_t length = strcspn(word, separators);

    window->zone = arena_strndup(arena, word, length);
    return word[length + strspn(word + length, separators)] == '\0';
}

bool
window_parse(Arena *arena, const char *text, Window *window, Error *error)
{
    unsigned days = 0, more;
    size_t length;

    *window = (Window){.text = arena_strdup(arena, text)};
    for (const char *word = text + strspn(text, separators); *word != '\0';
         word += length, word += strspn(word, separators))
    {
        WindowSpan *span = &window->spans[window->count];

        length = strcspn(word, separators);
        if (isdigit((unsigned char)*word))
        {
            if (window->count == WINDOW_SPANS - 1 || !read_times(word, length, span))
                return refuse_window(text, "times are wrong", error);
            span->days = days != 0 ? days : EVERY_DAY;
            days = 0;
            window->count++;
        }
        else if ((more = days_of(word, length)) != 0)
            days |= more;
        else if (!take_zone(arena, word, window))
            return refuse_window(text, "the time zone is not the last word", error);
    }
    if (window->count == 0 || days != 0)
        return refuse_window(text, "there are no times", error);
    return window->zone != NULL || refuse_window(text, "there is no time zone", error);
}

static bool
is_day(const WindowSpan *span, int day)
{
    return (span->days & 1u << (day - 1)) != 0;
}

bool
window_is_open(const Window *window, int day, int minute)
{
    int yesterday = day == 1 ? 7 : day - 1;

    for (int i = 0; i < window->count; i++)
    {
        const WindowSpan *span = &window->spans[i];
        bool overnight = span->to <= span->from;

        if (is_day(span, day) && minute >= span->from && (overnight || minute < span->to))
            return true;
        if (overnight && is_day(span, yesterday) && minute < span->to)
            return true;
    }
    return false;
}
