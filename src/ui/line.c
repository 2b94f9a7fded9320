/*
 * Draws over a line.
 */
#include "ui/line.h"

#include <stdbool.h>
#include <stdio.h>

static bool is_drawn; /* it stands on the terminal */

void
line_draw(const char *text)
{
    fprintf(stderr, "\r%s\033[K", text);
    is_drawn = true;
}

void
line_hide(void)
{
    if (is_drawn)
        fputs("\r\033[K", stderr);
    is_drawn = false;
}
