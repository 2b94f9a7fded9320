/*
 * Quoting for identifiers and literals without a connection, and the reading of a table's name from
 * the command line.
 */
#include "sql/ident.h"

#include <string.h>

#include "base/text.h"

enum
{
    NAME_MAX_BYTES = 63 /* NAMEDATALEN - 1: the server would cut a longer name silently */
};

static size_t
count_char(const char *text, char character)
{
    size_t count = 0;

    for (; *text != '\0'; text++)
        count += *text == character;
    return count;
}

/* Appends the text with the quote doubled, and the backslash too if asked for.  Returns the end. */
static char *
put_quoted(char *out, const char *text, char quote, bool double_backslash)
{
    *out++ = quote;
    for (; *text != '\0'; text++)
    {
        if (*text == quote || (double_backslash && *text == '\\'))
            *out++ = *text;
        *out++ = *text;
    }
    *out++ = quote;
    return out;
}

char *
ident_quote(Arena *arena, const char *name)
{
    char *quoted = arena_alloc(arena, strlen(name) + count_char(name, '"') + 3);

    put_quoted(quoted, name, '"', false);
    return quoted;
}

char *
ident_qualified(Arena *arena, const char *schema, const char *name)
{
    return arena_printf(arena, "%s.%s", ident_quote(arena, schema), ident_quote(arena, name));
}

char *
literal_quote(Arena *arena, const char *text)
{
    if (text == NULL)
        return arena_strdup(arena, "NULL");

    size_t backslashes = count_char(text, '\\');
    char *quoted = arena_alloc(arena, strlen(text) + backslashes + count_char(text, '\'') + 4);
    char *out = quoted;

    if (backslashes > 0)
        *out++ = 'E';
    put_quoted(out, text, '\'', true);
    return quoted;
}

/* Reads "…" behind its opening quote.  NULL if the closing one is missing. */
static const char *
read_quoted_part(const char *at, Text *part)
{
    for (; *at != '\0'; at++)
    {
        if (*at == '"' && at[1] != '"')
            return at + 1;
        if (*at == '"')
            at++;
        text_append_char(part, *at);
    }
    return NULL;
}

static const char *
read_plain_part(const char *at, Text *part)
{
    for (; *at != '\0' && *at != '.' && *at != '"' && (unsigned char)*at > ' '; at++)
        text_append_char(part, *at >= 'A' && *at <= 'Z' ? (char)(*at - 'A' + 'a') : *at);
    return at;
}

/* Reads one part of a name and moves *at behind it. */
static bool
read_part(Arena *arena, const char **at, char **name, Error *error)
{
    Text part = {0};
    const char *end = **at == '"' ? read_quoted_part(*at + 1, &part) : read_plain_part(*at, &part);

    *name = arena_strdup(arena, text_cstr(&part));
    text_clear(&part);
    if (end == NULL)
        return error_set(error, ERROR_FAULT, "unterminated quoted identifier");
    if (**name == '\0')
        return error_set(error, ERROR_FAULT, "empty part in a name");
    if (strlen(*name) > NAME_MAX_BYTES)
        return error_set(error, ERROR_FAULT, "name is longer than %d bytes: \"%s\"", NAME_MAX_BYTES,
                         *name);
    *at = end;
    return true;
}

static bool
read_parts(Arena *arena, const char *text, char **schema, char **name, Error *error)
{
    const char *at = text;

    *schema = NULL;
    if (!read_part(arena, &at, name, error))
        return false;
    if (*at == '.')
    {
        at++;
        *schema = *name;
        if (!read_part(arena, &at, name, error))
            return false;
    }
    if (*at == '.')
        return error_set(error, ERROR_FAULT, "name has more than two parts");
    if (*at != '\0')
        return error_set(error, ERROR_FAULT, "syntax error at \"%s\"", at);
    return true;
}

bool
ident_parse(Arena *arena, const char *text, char **schema, char **name, Error *error)
{
    if (read_parts(arena, text, schema, name, error))
        return true;
    error_context(error, "invalid table name '%s'", text);
    return error_hint(error, "Write table or schema.table, with double quotes around a part that "
                             "has upper-case letters, blanks or dots in it.");
}
