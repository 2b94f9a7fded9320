/*
 * The change, from the options and the file they name.
 */
#include "cmd/change.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static bool
read_change_file(Arena *arena, const char *path, char **text, Error *error)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
    Text content = {0};
    char buffer[8192];
    size_t length;
    bool ok;

    if (file == NULL)
        return error_set(error, ERROR_FAULT, "could not open file \"%s\": %s", path,
                         strerror(errno));
    while ((length = fread(buffer, 1, sizeof(buffer), file)) > 0)
        text_append_n(&content, buffer, length);
    ok = !ferror(file) ||
         error_set(error, ERROR_FAULT, "could not read file \"%s\": %s", path, strerror(errno));
    if (file != stdin)
        fclose(file);
    *text = arena_strdup(arena, text_cstr(&content));
    text_clear(&content);
    return ok;
}

bool
change_is_given(const Options *options)
{
    return options->alters != NULL || options->maps != NULL || options->file != NULL ||
           options->settings.force_rewrite;
}

bool
change_read(Session *session, Spec *spec, Error *error)
{
    const Options *options = session->options;
    char *script = NULL;

    if (options->file != NULL &&
        !read_change_file(session->context.arena, options->file, &script, error))
        return false;
    return spec_read(session->context.arena, (const char *const *)options->alters, script,
                     (const char *const *)options->maps, (const char *const *)options->reverse_maps,
                     spec, error);
}
