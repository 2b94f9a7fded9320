/*
 * Amounts of bytes.
 */
#include "base/size.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct
{
    const char *name;
    int shift;
} units[] = {{"B", 0}, {"kB", 10}, {"MB", 20}, {"GB", 30}, {"TB", 40}};

static bool
refuse_size(const char *text, Error *error)
{
    error_set(error, ERROR_FAULT, "invalid size \"%s\"", text);
    return error_hint(error, "A size is a whole number and a unit, such as \"512 MB\". Valid units "
                             "are \"B\", \"kB\", \"MB\", \"GB\", and \"TB\".");
}

bool
size_parse(const char *text, int64_t *bytes, Error *error)
{
    char *unit;
    int64_t number;

    errno = 0;
    number = strtoll(text, &unit, 10);
    if (errno != 0 || unit == text || number < 0)
        return refuse_size(text, error);
    unit += strspn(unit, " ");
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (strcmp(unit, units[i].name) == 0 && number <= INT64_MAX >> units[i].shift)
        {
            *bytes = number << units[i].shift;
            return true;
        }
    return refuse_size(text, error);
}
