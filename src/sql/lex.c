/*
 * Lexical rules of PostgreSQL (scan.l) and psql (psqlscan.l), standard_conforming_strings on: where
 * quotes, dollar quotes and comments begin and end, what is a word and what is a psql variable.
 * Operators are left as single characters, since nobody here needs them.
 */
#include "sql/lex.h"

#include <string.h>
#include <strings.h>

/* Bytes of multibyte characters count as letters, as they do for the server. */
static bool
is_name_start(char c)
{
    unsigned char byte = (unsigned char)c;

    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_' ||
           byte >= 0x80;
}

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool
is_name_char(char c)
{
    return is_name_start(c) || is_digit(c);
}

static bool
is_space(char c)
{
    return c != '\0' && strchr(" \t\n\r\f\v", c) != NULL;
}

static const char *
skip_space(const char *at)
{
    while (is_space(*at))
        at++;
    return at;
}

/* From behind the opening quote to behind the closing one; a doubled quote is not a closing one. */
static const char *
skip_quoted(const char *at, char quote, bool backslash_escapes, bool *is_closed)
{
    for (; *at != '\0'; at++)
    {
        if (backslash_escapes && *at == '\\' && at[1] != '\0')
            at++;
        else if (*at == quote && at[1] == quote)
            at++;
        else if (*at == quote)
            return at + 1;
    }
    *is_closed = false;
    return at;
}

/*
 * E'…'.  Strings that are parted by white space with a newline in it are one string, so the
 * backslash keeps its meaning in the next part.
 */
static const char *
skip_escape_string(const char *at, bool *is_closed)
{
    for (;;)
    {
        at = skip_quoted(at, '\'', true, is_closed);

        const char *next = skip_space(at);
        if (*next != '\'' || memchr(at, '\n', (size_t)(next - at)) == NULL)
            return at;
        at = next + 1;
    }
}

static const char *
skip_block_comment(const char *at, bool *is_closed)
{
    int depth = 0;

    for (; *at != '\0'; at++)
    {
        if (at[0] == '/' && at[1] == '*')
        {
            depth++;
            at++;
        }
        else if (at[0] == '*' && at[1] == '/')
        {
            at++;
            if (--depth == 0)
                return at + 1;
        }
    }
    *is_closed = false;
    return at;
}

/* Length of the opening $tag$ at this place, 0 if it is not one. */
static size_t
dollar_tag_length(const char *at)
{
    size_t length = 1;

    if (is_digit(at[length]))
        return 0;
    while (is_name_char(at[length]))
        length++;
    return at[length] == '$' ? length + 1 : 0;
}

static const char *
skip_dollar_quoted(const char *at, size_t tag_length, bool *is_closed)
{
    for (const char *end = at + tag_length; (end = strchr(end, '$')) != NULL; end++)
        if (strncmp(end, at, tag_length) == 0)
            return end + tag_length;
    *is_closed = false;
    return at + strlen(at);
}

/* Length of the psql variable after the colon, 0 if it is not one. */
static size_t
variable_length(const char *at)
{
    const char *name = at + 1;
    char quote = *name == '\'' || *name == '"' ? *name++ : '\0';

    if (!is_name_start(*name))
        return 0;
    while (is_name_char(*name))
        name++;
    if (quote != '\0' && *name++ != quote)
        return 0;
    return (size_t)(name - at);
}

/* A word, or a quoted thing that begins like one: E'…', U&'…', U&"…". */
static const char *
read_word(const char *at, Lexeme *lexeme)
{
    const char *start = at;

    while (is_name_char(*at) || *at == '$')
        at++;
    lexeme->kind = LEX_WORD;
    if (at - start != 1)
        return at;

    if (strchr("eE", *start) != NULL && *at == '\'')
    {
        lexeme->kind = LEX_STRING;
        return skip_escape_string(at + 1, &lexeme->is_closed);
    }
    if (strchr("uU", *start) != NULL && *at == '&' && (at[1] == '\'' || at[1] == '"'))
    {
        lexeme->kind = at[1] == '"' ? LEX_IDENTIFIER : LEX_STRING;
        return skip_quoted(at + 2, at[1], false, &lexeme->is_closed);
    }
    return at;
}

static const char *
read_colon(const char *at, Lexeme *lexeme)
{
    size_t length = variable_length(at);

    if (length > 0)
    {
        lexeme->kind = LEX_VARIABLE;
        return at + length;
    }
    return at + (at[1] == ':' || at[1] == '=' ? 2 : 1);
}

static const char *
read_quoted(const char *at, Lexeme *lexeme)
{
    lexeme->kind = *at == '"' ? LEX_IDENTIFIER : LEX_STRING;
    return skip_quoted(at + 1, *at, false, &lexeme->is_closed);
}

static const char *
read_lexeme(const char *at, Lexeme *lexeme)
{
    size_t tag_length;

    if (is_space(*at))
    {
        lexeme->kind = LEX_SPACE;
        return skip_space(at);
    }
    if (at[0] == '-' && at[1] == '-')
    {
        lexeme->kind = LEX_COMMENT;
        return at + strcspn(at, "\r\n");
    }
    if (at[0] == '/' && at[1] == '*')
    {
        lexeme->kind = LEX_COMMENT;
        return skip_block_comment(at, &lexeme->is_closed);
    }
    if (is_name_char(*at))
        return read_word(at, lexeme);
    if (*at == '\'' || *at == '"')
        return read_quoted(at, lexeme);
    if (*at == ':')
        return read_colon(at, lexeme);
    if (*at == '$' && (tag_length = dollar_tag_length(at)) > 0)
    {
        lexeme->kind = LEX_STRING;
        return skip_dollar_quoted(at, tag_length, &lexeme->is_closed);
    }
    return at + 1;
}

bool
lex_next(const char **at, Lexeme *lexeme)
{
    const char *start = *at;

    if (*start == '\0')
        return false;
    lexeme->kind = LEX_SYMBOL;
    lexeme->start = start;
    lexeme->is_closed = true;
    *at = read_lexeme(start, lexeme);
    lexeme->length = (size_t)(*at - start);
    return true;
}

bool
lex_next_token(const char **at, Lexeme *lexeme)
{
    while (lex_next(at, lexeme))
        if (lexeme->kind != LEX_SPACE && lexeme->kind != LEX_COMMENT)
            return true;
    return false;
}

bool
lex_is_word(const Lexeme *lexeme, const char *word)
{
    return lexeme->kind == LEX_WORD && lexeme->length == strlen(word) &&
           strncasecmp(lexeme->start, word, lexeme->length) == 0;
}

bool
lex_is_symbol(const Lexeme *lexeme, char symbol)
{
    return lexeme->kind == LEX_SYMBOL && lexeme->length == 1 && *lexeme->start == symbol;
}
