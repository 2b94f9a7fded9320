/*
 * Reads the spelling of a cast.
 */
#include "model/cast.h"

#include <string.h>

#include "sql/ident.h"

/* Behind the name of a column at the beginning of an expression, quoted or not; NULL: it begins
 * otherwise. */
static const char *
behind_name(Arena *scratch, const char *expression, const char *name)
{
    const char *spelled[] = {ident_quote(scratch, name), name};

    for (int i = 0; i < 2; i++)
        if (strncmp(expression, spelled[i], strlen(spelled[i])) == 0)
            return expression + strlen(spelled[i]);
    return NULL;
}

/* The type that a value is cast to, if nothing else is done with it; else NULL. */
static const char *
cast_target(Arena *scratch, const MapColumn *column)
{
    const char *plain = column->expression;
    bool parentheses = plain != NULL && *plain == '(';

    if (plain == NULL)
        return column->type;
    /* the server's spelling of "column::type" begins with the column, in parentheses or not */
    plain = behind_name(scratch, plain + parentheses, column->source);
    if (plain != NULL && *plain == '\0')
        return column->type;
    if (plain == NULL || (parentheses && *plain++ != ')') || strncmp(plain, "::", 2) != 0)
        return NULL;
    return plain + 2;
}

bool
cast_is_mere(Arena *scratch, const MapColumn *column)
{
    const char *target = cast_target(scratch, column);
    size_t length = target == NULL ? 0 : strlen(target), whole = strlen(column->type);

    return target != NULL && whole >= length &&
           strcmp(column->type + whole - length, target) == 0 &&
           (whole == length || column->type[whole - length - 1] == '.');
}
