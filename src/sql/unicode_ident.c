/*
 * Decodes U&"…".  A character is written \XXXX or \+XXXXXX in hexadecimal digits; those beyond the
 * basic plane may also be a pair of surrogates.  Another escape character can be set with UESCAPE.
 */
#include "sql/unicode_ident.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

static char *
put_utf8(char *out, uint32_t point)
{
    if (point < 0x80)
    {
        *out++ = (char)point;
        return out;
    }
    if (point < 0x800)
        *out++ = (char)(0xC0 | (point >> 6));
    else
    {
        if (point < 0x10000)
            *out++ = (char)(0xE0 | (point >> 12));
        else
        {
            *out++ = (char)(0xF0 | (point >> 18));
            *out++ = (char)(0x80 | ((point >> 12) & 0x3F));
        }
        *out++ = (char)(0x80 | ((point >> 6) & 0x3F));
    }
    *out++ = (char)(0x80 | (point & 0x3F));
    return out;
}

/* Reads the digits behind an escape character and moves *at behind them. */
static bool
take_code(const char **at, uint32_t *code)
{
    int count = **at == '+' ? 6 : 4;
    const char *digits = **at == '+' ? *at + 1 : *at;
    char hex[7] = "";

    for (int i = 0; i < count; i++)
    {
        if (!isxdigit((unsigned char)digits[i]))
            return false;
        hex[i] = digits[i];
    }
    *code = (uint32_t)strtoul(hex, NULL, 16);
    *at = digits + count;
    return true;
}

/* Reads one character written as an escape (at stands behind the escape character). */
static bool
take_character(const char **at, char escape, uint32_t *point)
{
    uint32_t low;

    if (!take_code(at, point))
        return false;
    if (*point >= 0xD800 && *point < 0xDC00)
    {
        if (**at != escape)
            return false;
        (*at)++;
        if (!take_code(at, &low) || low < 0xDC00 || low > 0xDFFF)
            return false;
        *point = 0x10000 + ((*point - 0xD800) << 10) + (low - 0xDC00);
        return true;
    }
    return *point != 0 && *point <= 0x10FFFF && !(*point >= 0xDC00 && *point <= 0xDFFF);
}

char *
unicode_ident_decode(Arena *arena, const char *start, size_t length, char escape, Error *error)
{
    const char *end = start + length - 1;
    char *name = arena_alloc(arena, length + 1);
    char *out = name;

    for (const char *at = start + 3; at < end;)
    {
        if (*at != escape)
        {
            at += *at == '"' ? 1 : 0;
            *out++ = *at++;
        }
        else if (at[1] == escape)
        {
            *out++ = escape;
            at += 2;
        }
        else
        {
            uint32_t point;

            at++;
            if (!take_character(&at, escape, &point))
            {
                error_set(error, ERROR_FAULT, "invalid Unicode escape in %.*s", (int)length, start);
                return NULL;
            }
            out = put_utf8(out, point);
        }
    }
    return name;
}
