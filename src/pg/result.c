/*
 * Reading what a command returned.  Asking for what is not there is a fault of ours: it ends the
 * program, so that callers need no checks.
 */
#include "result_private.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/memory.h"

void
result_add(Result *result, PGresult *item)
{
    if (result->count == result->capacity)
    {
        result->capacity = result->capacity > 0 ? 2 * result->capacity : 4;
        result->items = memory_resize(result->items, (size_t)result->capacity, sizeof(PGresult *));
    }
    result->items[result->count++] = item;
}

void
result_clear(Result *result)
{
    for (int i = 0; i < result->count; i++)
        PQclear(result->items[i]);
    free(result->items);
    *result = (Result){0};
}

/* The last statement's result; NULL (which libpq reads as an empty one) if there was none. */
static PGresult *
last_item(const Result *result)
{
    return result->count > 0 ? result->items[result->count - 1] : NULL;
}

int
result_rows(const Result *result)
{
    return PQntuples(last_item(result));
}

/* PQfnumber() would fold the name to lower case. */
static int
find_column(const PGresult *item, const char *column)
{
    int count = PQnfields(item);

    for (int i = 0; i < count; i++)
    {
        if (strcmp(PQfname(item, i), column) == 0)
            return i;
    }
    fault("a result has no column \"%s\"", column);
}

const char *
result_get(const Result *result, int row, const char *column)
{
    const PGresult *item = last_item(result);
    int field = find_column(item, column);

    if (row < 0 || row >= PQntuples(item))
        fault("a result has no row %d (column \"%s\")", row, column);
    return PQgetisnull(item, row, field) ? NULL : PQgetvalue(item, row, field);
}

static int64_t
to_number(const char *text, const char *what)
{
    char *end;
    intmax_t number;

    errno = 0;
    number = strtoimax(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0)
        fault("\"%s\" (%s) is no number", text, what);
    return number;
}

int64_t
result_get_int(const Result *result, int row, const char *column)
{
    const char *text = result_get(result, row, column);

    return text != NULL ? to_number(text, column) : 0;
}

bool
result_get_bool(const Result *result, int row, const char *column)
{
    const char *text = result_get(result, row, column);

    if (text == NULL || strcmp(text, "f") == 0)
        return false;
    if (strcmp(text, "t") != 0)
        fault("\"%s\" (%s) is no truth value", text, column);
    return true;
}

static int64_t
affected(PGresult *item)
{
    const char *text = item != NULL ? PQcmdTuples(item) : "";

    return *text != '\0' ? to_number(text, "affected rows") : 0;
}

int64_t
result_affected(const Result *result)
{
    return affected(last_item(result));
}

int64_t
result_affected_at(const Result *result, int index)
{
    if (index < 0 || index >= result->count)
        fault("a command has no statement number %d", index);
    return affected(result->items[index]);
}
