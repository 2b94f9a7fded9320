/*
 * Breaks lines.
 */
#include "ui/wrap.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum
{
    COLUMNS_UNKNOWN = 80
};

int
wrap_columns(int fd)
{
    struct winsize size;

    if (ioctl(fd, TIOCGWINSZ, &size) != 0)
        return 0;
    return size.ws_col > 0 ? size.ws_col : COLUMNS_UNKNOWN;
}

int
wrap_width(const char *text, size_t length)
{
    int columns = 0;

    for (size_t i = 0; i < length; i++)
        columns += ((unsigned char)text[i] & 0xC0) != 0x80; /* bytes that go on a character */
    return columns;
}

void
wrap_append(Text *out, const char *text, int columns, int used, int indent)
{
    int at = used;

    while (*text != '\0')
    {
        size_t blanks = strspn(text, " "), word = strcspn(text + blanks, " \n");
        int width = wrap_width(text + blanks, word);

        if (columns > 0 && blanks > 0 && at > indent && at + (int)blanks + width > columns)
        {
            text_printf(out, "\n%*s", indent, "");
            at = indent;
        }
        else
        {
            text_append_n(out, text, blanks);
            at += (int)blanks;
        }
        text_append_n(out, text + blanks, word);
        at += width;
        text += blanks + word;
        if (*text == '\n')
        {
            text_append_char(out, *text++);
            at = 0;
        }
    }
}

void
wrap_print(int indent, const char *format, ...)
{
    Text text = {0}, lines = {0};
    va_list args;

    va_start(args, format);
    text_vprintf(&text, format, args);
    va_end(args);
    wrap_append(&lines, text_cstr(&text), wrap_columns(STDOUT_FILENO), 0, indent);
    fputs(text_cstr(&lines), stdout);
    text_clear(&lines);
    text_clear(&text);
}
