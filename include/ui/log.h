/*
 * Diagnostics on stderr, in PostgreSQL's form ("pgswap: warning: …") or as NDJSON.
 *
 * Levels: error and warning always; note and info unless quiet; debug with --verbose.  Colours as
 * PG_COLOR and PG_COLORS say, never with NO_COLOR set or when stderr is no terminal (unless
 * PG_COLOR=always).
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"

typedef enum LogLevel
{
    LOG_DEBUG,
    LOG_INFO,
    LOG_NOTE,
    LOG_WARNING,
    LOG_ERROR,
} LogLevel;

typedef enum LogFormat
{
    LOG_TEXT,
    LOG_JSON, /* one object a line: time, level, message, detail, hint, sqlstate */
} LogFormat;

/* Sets the lowest level that is shown and the format.  Start values: LOG_INFO, LOG_TEXT. */
void log_setup(LogLevel level, LogFormat format);

LogFormat log_format(void);

void log_message(LogLevel level, const char *format, ...) __attribute__((format(printf, 2, 3)));
#define log_debug(...) log_message(LOG_DEBUG, __VA_ARGS__)
#define log_info(...) log_message(LOG_INFO, __VA_ARGS__)
#define log_note(...) log_message(LOG_NOTE, __VA_ARGS__)
#define log_warning(...) log_message(LOG_WARNING, __VA_ARGS__)

/* Prints message with SQLSTATE, detail and hint.  main() is the only caller. */
void log_error(const Error *error);

/* The same for what is none: a stop on request. */
void log_note_error(const Error *error);

/* A warning with a hint. */
void log_warning_hint(const char *message, const char *hint);
