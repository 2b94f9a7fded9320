/*
 * What a command answers: as text for people, or in JSON (--json) one object, printed once, whether
 * it succeeded or failed.  Commands say what they know; how it is told is decided here alone.
 *
 * main() begins the object and prints it.  What every command answers is put here: schema_version,
 * command, version, server_version, table, migration, phase and error; what else a command knows
 * comes by the functions below.  Each answer has a JSON Schema in doc/schema/.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "cmd/session.h"
#include "pg/result.h"
#include "way/plan.h"

/* command is NULL if none is known. */
json_t *report_new(const char *command);

/* What a session came to know: server, table, migration and phase. */
void report_session(const Session *session);

/* plan: what a change means; NULL: a migration is under way, which run would continue. */
void report_plan(const Session *session, const Plan *plan);

/* status: rows of templates/state/status.sql, NULL if there are none; of one migration if the
 * session has a table. */
void report_status(const Session *session, const Result *rows);

/* What run, swap and revert have done: for people, at their end. */
void report_summary(const Session *session);

/* The same as members of the report; it is told after a failure, too, as far as the command came.
 */
void report_figures(const Session *session);

/* verify: what was found is told in JSON whatever it is, else only if all is well: the error says
 * the rest. */
void report_comparison(const Session *session, bool clean);

/* pause and continue. */
void report_paused(const Session *session, bool paused);

/* finish: what will be dropped; and that there was nothing to do. */
void report_drop(const Session *session, int64_t bytes);
void report_finished_before(const Session *session);

/* Adds the error (null if there is none) and prints the object. */
void report_print(json_t *report, const Error *error);
