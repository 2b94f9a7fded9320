/*
 * Time.  Durations are read by hand and not with strtod(), which knows locales, hexadecimal
 * numbers and infinity.
 */
#include "base/clock.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

typedef struct Unit
{
    const char *name;
    double milliseconds;
} Unit;

static const Unit units[] = {
    {"us", 0.001}, {"ms", 1}, {"s", 1000}, {"min", 60000}, {"h", 3600000.0}, {"d", 86400000.0},
};

/* The longest duration in milliseconds, about 29,000 years: it can still be counted in
 * microseconds. */
static const double longest = 9.0e14;

static int64_t
monotonic_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t
clock_ms(void)
{
    return monotonic_ns() / 1000000;
}

int64_t
clock_us(void)
{
    return monotonic_ns() / 1000;
}

static const char *
skip_blanks(const char *at)
{
    while (*at == ' ' || *at == '\t')
        at++;
    return at;
}

/* Reads digits[.digits] or .digits; NULL if there is no digit. */
static const char *
read_number(const char *at, double *number)
{
    double scale = 1;
    int digits = 0;

    *number = 0;
    for (; *at >= '0' && *at <= '9'; at++, digits++)
        *number = *number * 10 + (*at - '0');
    if (*at == '.')
    {
        for (at++; *at >= '0' && *at <= '9'; at++, digits++)
        {
            scale /= 10;
            *number += (*at - '0') * scale;
        }
    }
    return digits > 0 ? at : NULL;
}

static const Unit *
find_unit(const char *at)
{
    size_t length = strcspn(at, " \t");

    if (*skip_blanks(at + length) != '\0')
        return NULL;
    if (length == 0)
        return &units[1]; /* a bare number is milliseconds */
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
    {
        if (strlen(units[i].name) == length && strncmp(units[i].name, at, length) == 0)
            return &units[i];
    }
    return NULL;
}

bool
duration_parse(const char *text, int64_t *milliseconds, Error *error)
{
    double number;
    const char *at = read_number(skip_blanks(text), &number);
    const Unit *unit = at != NULL ? find_unit(skip_blanks(at)) : NULL;

    if (unit == NULL)
    {
        error_set(error, ERROR_FAULT, "invalid duration \"%s\"", text);
        return error_hint(error,
                          "A duration is a number and a unit, such as \"1.5 s\".  Valid units "
                          "are \"us\", \"ms\", \"s\", \"min\", \"h\", and \"d\"; without one "
                          "it is milliseconds.");
    }
    if (number * unit->milliseconds > longest)
        return error_set(error, ERROR_FAULT, "duration \"%s\" is out of range", text);
    *milliseconds = llround(number * unit->milliseconds);
    return true;
}

/* Two neighbouring units, the smaller one rounded: "4 min 10 s". */
static void
format_pair(char *buffer, int64_t count, int64_t ratio, const char *large, const char *small)
{
    snprintf(buffer, CLOCK_TEXT_SIZE, "%lld %s %lld %s", (long long)(count / ratio), large,
             (long long)(count % ratio), small);
}

const char *
duration_format(char buffer[CLOCK_TEXT_SIZE], int64_t milliseconds)
{
    int64_t seconds = (milliseconds + 500) / 1000;
    int64_t minutes = (milliseconds + 30000) / 60000;
    int64_t hours = (milliseconds + 1800000) / 3600000;

    /* Each limit is where the rounded text would reach the next unit ("60.0 s"). */
    if (milliseconds < 1000)
        snprintf(buffer, CLOCK_TEXT_SIZE, "%lld ms",
                 (long long)(milliseconds > 0 ? milliseconds : 0));
    else if (milliseconds < 59950)
        snprintf(buffer, CLOCK_TEXT_SIZE, "%.1f s", (double)milliseconds / 1000);
    else if (seconds < 3600)
        format_pair(buffer, seconds, 60, "min", "s");
    else if (minutes < 24 * 60)
        format_pair(buffer, minutes, 60, "h", "min");
    else
        format_pair(buffer, hours, 24, "d", "h");
    return buffer;
}

const char *
clock_rfc3339(char buffer[CLOCK_TEXT_SIZE])
{
    struct timespec now;
    struct tm utc;
    size_t length;

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    length = strftime(buffer, CLOCK_TEXT_SIZE, "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(buffer + length, CLOCK_TEXT_SIZE - length, ".%03ldZ", now.tv_nsec / 1000000);
    return buffer;
}
