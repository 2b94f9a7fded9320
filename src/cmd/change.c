/*
 * The change, from the options and the file they name.
 */
#include "cmd/change.h"

#include "base/file.h"

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

    if (options->file != NULL && !file_read(session->context.arena, options->file, &script, error))
        return false;
    return spec_read(session->context.arena, (const char *const *)options->alters, script,
                     (const char *const *)options->maps, (const char *const *)options->reverse_maps,
                     spec, error);
}
