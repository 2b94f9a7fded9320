/*
 * SQL statements with placeholders, one file each in templates/, embedded at build time.
 *
 * Placeholders are psql's: :"name" becomes a quoted identifier, :'name' a quoted literal, :name the
 * text itself (a list, a clause: made of quoted pieces by the caller).  As in psql, nothing is
 * replaced inside quotes, dollar quotes and comments, and "::" is a cast.  So `psql -v … -f
 * templates/x.sql` runs what pgswap runs.  A placeholder without a variable and a variable without
 * a placeholder are errors.  A variable with value NULL becomes NULL in the form :'name'.
 *
 * What several templates have in common is a template part_x, which they name as :part_x: its text,
 * over their variables, stands there.  What one template says of many kinds of things stands with
 * the kind, in a template of its own, as the section that begins with a line "-- [x]": of :each_x
 * the sections [x] of all templates stand there, in the order of the templates' names.
 *
 *     const char *sql = template_render(arena, "chunk_copy", error,
 *                                       "standby", standby->name, "first", "4000", NULL);
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"

/* Reads templates from this directory instead of the embedded ones.  Each file there replaces the
 * embedded one of the same name; a file with an unknown name is an error. */
bool template_use_directory(const char *directory, Error *error) ERROR_MUST_CHECK;

/* The text of a template as it stands, or NULL if there is none of that name (no ".sql"). */
const char *template_text(const char *name);

/* What a template does: the first sentence of its leading comment, without the full stop; "" if
 * there is no such template. */
char *template_purpose(Arena *arena, const char *name);

/*
 * Renders a template with name/value pairs up to a NULL name.  The leading comment lines of the
 * file are left out of the result.  NULL with ERROR_FAULT if placeholders and variables do not
 * match or the template does not exist.
 */
char *template_render(Arena *arena, const char *name, Error *error, ...) __attribute__((sentinel))
ERROR_MUST_CHECK;

/* The same over an array of variables. */
typedef struct TemplateVar
{
    const char *name;
    const char *value;
} TemplateVar;

/* Every template knows :state, the schema of the state of migrations, without being given it:
 * "pgswap", or "pgswap_" and a number. */
void template_set_state(const char *name);
const char *template_state(void);

char *template_render_vars(Arena *arena, const char *name, const TemplateVar *vars, int count,
                           Error *error) ERROR_MUST_CHECK;

/* Words that a template may use besides its variables, and need not: *value (in arena) stays NULL
 * if name is none of them.  A variable may not bear the name of a word. */
typedef struct TemplateWords
{
    bool (*find)(const void *source, Arena *arena, const char *name, const char **value,
                 Error *error);
    const void *source;
} TemplateWords;

/* template_render() for callers with arguments of their own; words may be NULL. */
char *template_render_va(Arena *arena, const char *name, const TemplateWords *words, Error *error,
                         va_list args) ERROR_MUST_CHECK;
