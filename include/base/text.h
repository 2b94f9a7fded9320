/*
 * A string that grows.  A zeroed Text is an empty one; data is NUL-terminated once anything was
 * appended, and NULL before that (text_cstr() never returns NULL).  Out of memory ends the program.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>

typedef struct Text
{
    char *data;
    size_t length; /* bytes, without the final NUL */
    size_t capacity;
} Text;

void text_append(Text *text, const char *piece);
void text_append_n(Text *text, const char *piece, size_t length);
void text_append_char(Text *text, char character);
void text_printf(Text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_vprintf(Text *text, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/* Appends ", " first unless the text is empty: for building lists. */
void text_append_item(Text *text, const char *item);

const char *text_cstr(const Text *text);

/* Forgets the content, keeps the memory. */
void text_reset(Text *text);

/* Frees the memory; the Text is empty and usable again. */
void text_clear(Text *text);
