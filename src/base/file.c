/*
 * Reads in pieces: standard input has no size.
 */
#include "base/file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

bool
file_read(Arena *arena, const char *path, char **content, Error *error)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
    Text text = {0};
    char buffer[8192];
    size_t length;
    bool ok;

    if (file == NULL)
        return error_set(error, ERROR_FAULT, "could not open file \"%s\": %s", path,
                         strerror(errno));
    while ((length = fread(buffer, 1, sizeof(buffer), file)) > 0)
        text_append_n(&text, buffer, length);
    ok = !ferror(file) ||
         error_set(error, ERROR_FAULT, "could not read file \"%s\": %s", path, strerror(errno));
    if (file != stdin)
        fclose(file);
    *content = arena_strdup(arena, text_cstr(&text));
    text_clear(&text);
    return ok;
}
