/*
 * The one place where the program gives up on itself.
 */
#include "base/fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

_Noreturn void
fault(const char *format, ...)
{
    va_list args;

    fputs("pgswap: fault: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    abort();
}
