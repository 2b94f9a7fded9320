/*
 * What a command answers in JSON.
 */
#include "cmd/report.h"

#include <stdio.h>

#include "cmd/command.h"
#include "model/statement.h"
#include "ui/log.h"
#include "ui/member.h"
#include "ui/progress.h"

enum
{
    SCHEMA_VERSION = 1
};

json_t *
report_new(const char *command)
{
    json_t *report = json_object();

    member_integer(report, "schema_version", SCHEMA_VERSION);
    member_text(report, "command", command);
    member_text(report, "version", PGSWAP_VERSION);
    member_text(report, "server_version", NULL);
    member_text(report, "table", NULL);
    member_text(report, "migration", NULL);
    member_text(report, "phase", NULL);
    return report;
}

void
report_session(const Session *session)
{
    json_t *report = session->report;
    const Migration *migration = session->context.migration;
    char version[32];

    snprintf(version, sizeof(version), "%d.%d", session->server_version / 10000,
             session->server_version % 10000);
    if (session->server_version > 0)
        member_text(report, "server_version", version);
    if (session->table != NULL)
        member_text(report, "table", session->table);
    else if (session->target.oid != NULL)
        member_text(report, "table", session->target.label);
    if (migration == NULL || migration->pair_count == 0)
        return; /* none, or it could not be read */
    member_text(report, "table", migration->label);
    member_text(report, "migration", migration->id_text);
    member_text(report, "phase", phase_name(migration->phase));
}

void
report_comparison(const Session *session, bool clean)
{
    const Summary *summary = &session->context.summary;
    char count[40];

    member_text(session->report, "state", clean ? "clean" : "different");
    member_integer(session->report, "rows_compared", summary->rows_compared);
    member_integer(session->report, "rows_different", summary->rows_different);
    if (clean && !session->options->json && !session->options->quiet)
        printf("%s: %s rows compared, none different\n", session->context.migration->label,
               count_format(count, summary->rows_compared));
}

void
report_paused(const Session *session, bool paused)
{
    member_flag(session->report, "paused", paused);
    log_info("%s is %s", session->context.migration->label,
             paused ? "paused: no rows are copied, nothing is swapped" : "no longer paused");
}

void
report_drop(const Session *session, int64_t bytes)
{
    char size[40];

    member_integer(session->report, "dropped_bytes", bytes);
    log_info("dropping the old table of %s, %s", session->context.migration->label,
             bytes_format(size, bytes));
}

void
report_finished_before(const Session *session)
{
    member_text(session->report, "migration", number(session->target.migration).text);
    member_text(session->report, "phase", phase_name(PHASE_FINISHED));
}

static json_t *
error_json(const Error *error)
{
    json_t *object = json_object();

    member_integer(object, "code", error->kind);
    member_text(object, "kind", error_kind_name(error->kind));
    member_text(object, "sqlstate", *error->sqlstate != '\0' ? error->sqlstate : NULL);
    member_text(object, "message", error->message);
    member_text(object, "detail", error->detail);
    member_text(object, "hint", error->hint);
    member_text(object, "column", error->column);
    member_text(object, "constraint", error->constraint);
    member_text(object, "key", error->key);
    member_text(object, "context", error->step);
    return object;
}

void
report_print(json_t *report, const Error *error)
{
    member_object(report, "error", error->kind != ERROR_NONE ? error_json(error) : NULL);
    json_dumpf(report, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    printf("\n");
}
