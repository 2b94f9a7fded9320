/*
 * How long to leave others in peace after an attempt: see tool/polite.h for the rule.  No clock
 * and no dice of its own, so that it is the same each time that it is given the same.
 */
#pragma once

#include <stdint.h>

enum
{
    BACKOFF_PEACE = 400,     /* times what an attempt imposed */
    BACKOFF_POLL_MAX = 1000, /* ms between looks while somebody is in the way */
};

typedef struct Backoff
{
    int64_t most; /* ms; the longest pause after an attempt */
    int64_t poll; /* ms; within which the latest look without an attempt was repeated */
} Backoff;

void backoff_init(Backoff *backoff, int64_t most);

/*
 * The pause, in ms, after an attempt that kept others waiting for imposed ms, or after a mere look
 * (0), before which the time doubles up to BACKOFF_POLL_MAX.  dice is a random number, not
 * negative: over all of them the pause is spread evenly.
 */
int64_t backoff_after(Backoff *backoff, int64_t imposed, int64_t dice);
