/*
 * What a command answers in JSON: one object, printed once, whether it succeeded or failed.
 *
 * main() begins it and prints it.  What every command answers is put here: schema_version, command,
 * version, server_version, table, migration, phase and error; the commands add the rest.  Each has
 * a JSON Schema in doc/schema/.
 */
#pragma once

#include <jansson.h>

#include "cmd/session.h"

/* command is NULL if none is known. */
json_t *report_new(const char *command);

/* What a session came to know: server, table, migration and phase. */
void report_session(Session *session);

/* Adds the error (null if there is none) and prints the object. */
void report_print(json_t *report, const Error *error);
