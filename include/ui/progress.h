/*
 * Progress on stderr: one line redrawn in place on a terminal, a log line every 30 s elsewhere (and
 * with LOG_JSON, so that stderr stays NDJSON).  Log lines and progress do not run into each other:
 * the line is that of ui/line.h.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

/* Off (nothing is shown) until called with true. */
void progress_setup(bool enabled);

/* Sets how many milliseconds lie between two plain lines; 30000 at the start. */
void progress_set_interval(int64_t milliseconds);

/*
 * Shows how far a phase is.  done of total are in units ("rows", "blocks", "keys"); total 0 means
 * unknown: no bar, no rest.  note is a short addition ("backlog 1200 keys") or NULL.  Rate and time
 * left are computed from the first call with a new phase name on.  Cheap to call often.
 */
void progress_show(const char *phase, int64_t done, int64_t total, const char *unit,
                   const char *note);

/* From now on the line says why nothing goes on ("paused", a literal) in the place of rate and time
 * left; NULL: it goes on again. */
void progress_stalled(const char *why);

/* Ends the phase's progress: hides the line. */
void progress_end(void);

/* What a line of progress says. */
typedef struct ProgressView
{
    const char *phase;
    int64_t done;
    int64_t total; /* 0: unknown */
    const char *unit;
    const char *note;    /* or NULL */
    double rate;         /* units a second; 0: not known yet */
    const char *stalled; /* why nothing goes on, or NULL */
} ProgressView;

/* Writes the line for a terminal with so many columns; what has no room is left out, and the line
 * is always shorter than that. */
void progress_format(Text *line, const ProgressView *view, int columns);

/* 1234567 -> "1,234,567"; 3758096384 bytes -> "3584 MB" as pg_size_pretty. */
const char *count_format(char buffer[40], int64_t count);
const char *bytes_format(char buffer[40], int64_t bytes);
