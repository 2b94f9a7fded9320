/*
 * Writes diagnostics to stderr.  Each message is one write, so that lines of several processes on
 * the same stderr do not mix.
 */
#include "ui/log.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "ui/line.h"
#include "ui/member.h"
#include "ui/wrap.h"

enum
{
    INDENT = 4 /* of the further lines of a message, on a terminal */
};

static LogLevel log_level = LOG_INFO;
static LogFormat log_output = LOG_TEXT;

/* PostgreSQL's names and start values of PG_COLORS; a start value is a part of an ANSI sequence. */
typedef struct Color
{
    const char *name;
    const char *start;
} Color;

static const Color color_error = {"error", "01;31"};
static const Color color_warning = {"warning", "01;35"};
static const Color color_note = {"note", "01;36"};
static const Color color_locus = {"locus", "01"};

void
log_setup(LogLevel level, LogFormat format)
{
    log_level = level;
    log_output = format;
}

static bool
is_enabled(LogLevel level)
{
    return level >= log_level || level >= LOG_WARNING;
}

LogFormat
log_format(void)
{
    return log_output;
}

static bool
has_colors(void)
{
    const char *no_color = getenv("NO_COLOR");
    const char *pg_color = getenv("PG_COLOR");

    if (pg_color == NULL || (no_color != NULL && *no_color != '\0'))
        return false;
    if (strcmp(pg_color, "always") == 0)
        return true;
    return strcmp(pg_color, "auto") == 0 && isatty(STDERR_FILENO);
}

/* Finds name=value in PG_COLORS ("error=01;31:warning=01;35"); without PG_COLORS the start value,
 * and nothing for a name that PG_COLORS leaves out, as PostgreSQL does. */
static const char *
color_value(const Color *color, size_t *length)
{
    const char *at = getenv("PG_COLORS");
    size_t name_length = strlen(color->name);

    *length = strlen(color->start);
    if (at == NULL)
        return color->start;
    for (; *at != '\0'; at += *at == ':' ? 1 : 0)
    {
        size_t item = strcspn(at, ":");

        if (item > name_length && at[name_length] == '=' &&
            strncmp(at, color->name, name_length) == 0)
        {
            *length = item - name_length - 1;
            return at + name_length + 1;
        }
        at += item;
    }
    return NULL;
}

static void
put_colored(Text *out, const Color *color, const char *text)
{
    size_t length = 0;
    const char *value = color != NULL && has_colors() ? color_value(color, &length) : NULL;

    if (value == NULL)
    {
        text_append(out, text);
        return;
    }
    text_append(out, "\033[");
    text_append_n(out, value, length);
    text_printf(out, "m%s\033[0m", text);
}

static const char *
level_name(LogLevel level)
{
    switch (level)
    {
    case LOG_DEBUG:
        return "debug";
    case LOG_INFO:
        return "info";
    case LOG_NOTE:
        return "note";
    case LOG_WARNING:
        return "warning";
    case LOG_ERROR:
        return "error";
    }
    abort();
}

/* "pgswap: label: text"; label may be "". */
static void
put_line(Text *out, const char *label, const Color *color, const char *text, const char *sqlstate)
{
    static const char program[] = "pgswap: ";
    Text words = {0};

    put_colored(out, &color_locus, program);
    if (*label != '\0')
        put_colored(out, color, label);
    text_append(&words, text);
    if (*sqlstate != '\0')
        text_printf(&words, " (SQLSTATE %s)", sqlstate);
    wrap_append(out, text_cstr(&words), wrap_columns(STDERR_FILENO),
                (int)(strlen(program) + strlen(label)), INDENT);
    text_append_char(out, '\n');
    text_clear(&words);
}

static void
put_text(Text *out, LogLevel level, const Error *error)
{
    static const char *const labels[] = {"debug: ", "", "note: ", "warning: ", "error: "};
    static const Color *const colors[] = {&color_note, NULL, &color_note, &color_warning,
                                          &color_error};

    put_line(out, labels[level], colors[level], error->message, error->sqlstate);
    if (error->detail != NULL)
        put_line(out, "detail: ", &color_note, error->detail, "");
    if (error->hint != NULL)
        put_line(out, "hint: ", &color_note, error->hint, "");
    if (error->step != NULL)
        put_line(out, "context: ", &color_note, error->step, "");
}

static void
put_member(json_t *object, const char *name, const char *text)
{
    if (text != NULL && *text != '\0')
        member_text(object, name, text);
}

static void
put_json(Text *out, LogLevel level, const Error *error)
{
    char now[CLOCK_TEXT_SIZE];
    json_t *object = json_object();

    put_member(object, "time", clock_rfc3339(now));
    put_member(object, "level", level_name(level));
    put_member(object, "message", error->message);
    put_member(object, "detail", error->detail);
    put_member(object, "hint", error->hint);
    put_member(object, "sqlstate", error->sqlstate);
    put_member(object, "context", error->step);

    char *line = json_dumps(object, JSON_COMPACT);
    text_printf(out, "%s\n", line);
    free(line);
    json_decref(object);
}

static void
emit(LogLevel level, const Error *error)
{
    Text out = {0};

    if (log_output == LOG_JSON)
        put_json(&out, level, error);
    else
        put_text(&out, level, error);
    line_hide();
    fwrite(out.data, 1, out.length, stderr);
    text_clear(&out);
}

void
log_message(LogLevel level, const char *format, ...)
{
    if (!is_enabled(level))
        return;

    Text message = {0};
    va_list args;

    va_start(args, format);
    text_vprintf(&message, format, args);
    va_end(args);
    if (message.data != NULL)
        emit(level, &(Error){.message = message.data});
    text_clear(&message);
}

void
log_error(const Error *error)
{
    if (error->message != NULL)
        emit(LOG_ERROR, error);
}

void
log_note_error(const Error *error)
{
    if (is_enabled(LOG_NOTE))
        emit(LOG_NOTE, error);
}

void
log_warning_hint(const char *message, const char *hint)
{
    Error warning = ERROR_INIT;

    error_set(&warning, ERROR_FAULT, "%s", message);
    if (hint != NULL)
        error_hint(&warning, "%s", hint);
    emit(LOG_WARNING, &warning);
    error_clear(&warning);
}
