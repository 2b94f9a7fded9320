/*
 * Finds templates (embedded, or in the directory that the user gave instead) and puts values into
 * their placeholders.
 */
#include "sql/template.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"
#include "sql/embedded.h"
#include "sql/ident.h"
#include "sql/lex.h"

enum
{
    VARS_MAX = 64 /* pairs that template_render() takes */
};

/* Texts that replace embedded ones, by the same index; NULL where the embedded one stands.  They
 * are read once, when the command begins, and live as long as the process. */
static Arena *directory_arena;
static const char **directory_texts;

/* PostgreSQL's names are shorter. */
static char state_name[64] = "pgswap";

void
template_set_state(const char *name)
{
    snprintf(state_name, sizeof(state_name), "%s", name);
}

const char *
template_state(void)
{
    return state_name;
}

static int
template_index(const char *name)
{
    for (int i = 0; embedded_templates[i].name != NULL; i++)
        if (strcmp(embedded_templates[i].name, name) == 0)
            return i;
    return -1;
}

const char *
template_text(const char *name)
{
    int index = template_index(name);

    if (index < 0)
        return NULL;
    if (directory_texts != NULL && directory_texts[index] != NULL)
        return directory_texts[index];
    return embedded_templates[index].text;
}

static bool read_overrides(Arena *arena, const char *directory, const char **texts, Error *error);

/* Reads one file of the directory into its place in texts, or those of a folder in it. */
static bool
read_override(Arena *arena, const char *directory, const char *file, const char **texts,
              Error *error)
{
    const char *path = arena_printf(arena, "%s/%s", directory, file);
    size_t length = strlen(file);
    struct stat facts;
    char *content;
    int index = -1;

    if (stat(path, &facts) == 0 && S_ISDIR(facts.st_mode))
        return read_overrides(arena, path, texts, error);
    if (length > 4 && strcmp(file + length - 4, ".sql") == 0)
        index = template_index(arena_strndup(arena, file, length - 4));
    if (index < 0)
    {
        error_set(error, ERROR_FAULT, "\"%s\" is not a template of this version", path);
        return error_hint(error, "Each file must have the name of an embedded template; move "
                                 "others to a different directory.");
    }
    if (!file_read(arena, path, &content, error))
        return false;
    texts[index] = content;
    return true;
}

static bool
read_overrides(Arena *arena, const char *directory, const char **texts, Error *error)
{
    DIR *dir = opendir(directory);
    if (dir == NULL)
        return error_set(error, ERROR_FAULT, "could not open directory \"%s\": %s", directory,
                         strerror(errno));

    bool is_good = true;
    struct dirent *entry;

    while (is_good && (entry = readdir(dir)) != NULL)
        if (entry->d_name[0] != '.')
            is_good = read_override(arena, directory, entry->d_name, texts, error);
    closedir(dir);
    return is_good;
}

bool
template_use_directory(const char *directory, Error *error)
{
    size_t count = 0;
    while (embedded_templates[count].name != NULL)
        count++;

    Arena *arena = arena_new();
    const char **texts = arena_alloc(arena, (count + 1) * sizeof(*texts));

    if (!read_overrides(arena, directory, texts, error))
    {
        arena_free(arena);
        return false;
    }
    arena_free(directory_arena);
    directory_arena = arena;
    directory_texts = texts;
    return true;
}

/* The comment lines at the top are for the reader of the file; the server need not see them. */
static const char *
skip_leading_comments(const char *text)
{
    for (;;)
    {
        size_t blank = strspn(text, " \t\r\n");

        if (strncmp(text + blank, "--", 2) != 0)
            return text + blank;
        text += blank;
        text += strcspn(text, "\n");
    }
}

char *
template_purpose(Arena *arena, const char *name)
{
    static const char *const ends[] = {". ", ": ", "; ", " ("};
    const char *text = template_text(name);
    Text comment = {0};
    char *purpose;

    while (text != NULL && strncmp(text, "-- ", 3) == 0)
    {
        size_t length = strcspn(text, "\n");

        text_append_n(&comment, text + 3, length - 3);
        text_append_char(&comment, ' ');
        text += length + 1;
    }
    purpose = arena_strdup(arena, text_cstr(&comment));
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
        if (strstr(purpose, ends[i]) != NULL)
            *strstr(purpose, ends[i]) = '\0';
    text_clear(&comment);
    return purpose;
}

/* What there is to put into placeholders. */
typedef struct Values
{
    Arena *arena;
    const TemplateWords *words; /* or NULL */
    const TemplateVar *vars;
    int count;
    bool *is_used; /* of each variable: it has a placeholder */
} Values;

static bool expand(Values *values, const char *text, Text *sql, Error *error);

/* The section [name] of a template, or NULL: what stands from the line "-- [name]" to the next such
 * line. */
static const char *
find_section(Arena *arena, const char *text, const char *name)
{
    const char *mark = arena_printf(arena, "\n-- [%s]\n", name);
    const char *section = strstr(text, mark), *end;

    if (section == NULL)
        return NULL;
    section += strlen(mark);
    end = strstr(section, "\n-- [");
    return arena_strndup(arena, section,
                         end == NULL ? strlen(section) : (size_t)(end + 1 - section));
}

static bool
append_sections(Values *values, const char *name, Text *part, Error *error)
{
    for (int i = 0; embedded_templates[i].name != NULL; i++)
    {
        const char *text = template_text(embedded_templates[i].name);
        const char *section = find_section(values->arena, text, name);

        if (section != NULL && !expand(values, section, part, error))
            return error_context(error, "section [%s] of template \"%s\"", name,
                                 embedded_templates[i].name);
    }
    return true;
}

/* What templates have in common, over the same values: of :part_x, template part_x; of :each_x, the
 * sections [x] of all templates.  *value stays NULL if there is none. */
static bool
find_part(Values *values, const char *name, const char **value, Error *error)
{
    Text part = {0};
    bool ok = true;

    if (strncmp(name, "each_", 5) == 0)
        ok = append_sections(values, name + 5, &part, error);
    else if (strncmp(name, "part_", 5) == 0 && template_text(name) != NULL)
        ok = expand(values, skip_leading_comments(template_text(name)), &part, error);
    if (ok && part.length > 0)
        *value = arena_strdup(values->arena, text_cstr(&part));
    text_clear(&part);
    return ok;
}

/* What a placeholder stands for: a variable, a part, or else a word. */
static bool
find_value(Values *values, const Lexeme *placeholder, TemplateVar *found, Error *error)
{
    bool is_quoted = placeholder->start[1] == '\'' || placeholder->start[1] == '"';
    const char *name = arena_strndup(values->arena, placeholder->start + (is_quoted ? 2 : 1),
                                     placeholder->length - (is_quoted ? 3 : 1));
    bool is_variable = false;

    *found = (TemplateVar){.name = name};
    if (strcmp(name, "state") == 0)
        found->value = state_name;
    if (found->value != NULL)
        return true;
    for (int i = 0; i < values->count; i++)
        if (strcmp(values->vars[i].name, name) == 0)
        {
            *found = values->vars[i];
            values->is_used[i] = is_variable = true;
        }
    if (is_variable)
        return true;
    if (!find_part(values, name, &found->value, error))
        return false;
    if (found->value == NULL && values->words != NULL &&
        !values->words->find(values->words->source, values->arena, name, &found->value, error))
        return false;
    return found->value != NULL || error_set(error, ERROR_FAULT, "placeholder %.*s has no variable",
                                             (int)placeholder->length, placeholder->start);
}

static bool
put_value(Arena *arena, Text *sql, const Lexeme *placeholder, const TemplateVar *var, Error *error)
{
    char form = placeholder->start[1];

    if (form == '\'')
        text_append(sql, literal_quote(arena, var->value));
    else if (var->value == NULL)
        return error_set(error, ERROR_FAULT, "placeholder %.*s has no value",
                         (int)placeholder->length, placeholder->start);
    else
        text_append(sql, form == '"' ? ident_quote(arena, var->value) : var->value);
    return true;
}

/* A name has one meaning: what is a word is no variable. */
static bool
check_variables(const Values *values, Error *error)
{
    for (int i = 0; i < values->count; i++)
    {
        const char *word = NULL;

        if (!values->is_used[i])
            return error_set(error, ERROR_FAULT, "variable \"%s\" has no placeholder",
                             values->vars[i].name);
        if (values->words != NULL && !values->words->find(values->words->source, values->arena,
                                                          values->vars[i].name, &word, error))
            return false;
        if (word != NULL)
            return error_set(error, ERROR_FAULT, "variable \"%s\" has the name of a word",
                             values->vars[i].name);
    }
    return true;
}

static bool
expand(Values *values, const char *text, Text *sql, Error *error)
{
    Lexeme lexeme;
    TemplateVar value;

    for (const char *at = text; lex_next(&at, &lexeme);)
        if (lexeme.kind != LEX_VARIABLE)
            text_append_n(sql, lexeme.start, lexeme.length);
        else if (!find_value(values, &lexeme, &value, error) ||
                 !put_value(values->arena, sql, &lexeme, &value, error))
            return false;
    return true;
}

static char *
render_named(Arena *arena, const char *name, const TemplateWords *words, const TemplateVar *vars,
             int count, Error *error)
{
    const char *text = template_text(name);
    if (text == NULL)
    {
        error_set(error, ERROR_FAULT, "template \"%s\" does not exist", name);
        return NULL;
    }

    Text sql = {0};
    Values values = {arena, words, vars, count, arena_alloc(arena, (size_t)count + 1)};
    bool is_good = expand(&values, skip_leading_comments(text), &sql, error) &&
                   check_variables(&values, error);
    char *result = is_good ? arena_strndup(arena, text_cstr(&sql), sql.length) : NULL;

    text_clear(&sql);
    if (!is_good)
        error_context(error, "template \"%s\"", name);
    return result;
}

char *
template_render_vars(Arena *arena, const char *name, const TemplateVar *vars, int count,
                     Error *error)
{
    return render_named(arena, name, NULL, vars, count, error);
}

char *
template_render_va(Arena *arena, const char *name, const TemplateWords *words, Error *error,
                   va_list args)
{
    TemplateVar vars[VARS_MAX];
    const char *var;
    int count = 0;

    while ((var = va_arg(args, const char *)) != NULL)
    {
        if (count == VARS_MAX)
        {
            error_set(error, ERROR_FAULT, "template \"%s\": more than %d variables", name,
                      VARS_MAX);
            return NULL;
        }
        vars[count++] = (TemplateVar){.name = var, .value = va_arg(args, const char *)};
    }
    return render_named(arena, name, words, vars, count, error);
}

char *
template_render(Arena *arena, const char *name, Error *error, ...)
{
    va_list args;
    char *sql;

    va_start(args, error);
    sql = template_render_va(arena, name, NULL, error, args);
    va_end(args);
    return sql;
}
