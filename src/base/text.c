/*
 * A growing string: capacity doubles, so that appending is linear over all.
 */
#include "base/text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/memory.h"

enum
{
    FIRST_CAPACITY = 64
};

/* Makes room for so many more bytes and the final NUL. */
static void
reserve(Text *text, size_t more)
{
    size_t capacity = text->capacity > 0 ? text->capacity : FIRST_CAPACITY;

    if (more > SIZE_MAX / 4 || text->length > SIZE_MAX / 4)
        fault("out of memory (a text of %zu and %zu bytes)", text->length, more);
    while (capacity < text->length + more + 1)
        capacity *= 2;
    if (capacity == text->capacity)
        return;
    text->data = memory_resize(text->data, capacity, 1);
    text->capacity = capacity;
}

void
text_append(Text *text, const char *piece)
{
    text_append_n(text, piece, strlen(piece));
}

void
text_append_n(Text *text, const char *piece, size_t length)
{
    reserve(text, length);
    if (length > 0)
        memcpy(text->data + text->length, piece, length);
    text->length += length;
    text->data[text->length] = '\0';
}

void
text_append_char(Text *text, char character)
{
    text_append_n(text, &character, 1);
}

void
text_printf(Text *text, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    text_vprintf(text, format, args);
    va_end(args);
}

void
text_vprintf(Text *text, const char *format, va_list args)
{
    va_list again;
    int length;

    va_copy(again, args);
    length = vsnprintf(NULL, 0, format, args);
    if (length < 0)
        fault("cannot format \"%s\"", format);
    reserve(text, (size_t)length);
    vsnprintf(text->data + text->length, (size_t)length + 1, format, again);
    text->length += (size_t)length;
    va_end(again);
}

void
text_append_item(Text *text, const char *item)
{
    if (text->length > 0)
        text_append(text, ", ");
    text_append(text, item);
}

const char *
text_cstr(const Text *text)
{
    return text->data != NULL ? text->data : "";
}

void
text_reset(Text *text)
{
    text->length = 0;
    if (text->data != NULL)
        text->data[0] = '\0';
}

void
text_clear(Text *text)
{
    free(text->data);
    *text = (Text){0};
}
