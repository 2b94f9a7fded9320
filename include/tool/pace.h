/*
 * The share of time that work rests (--nice): after a piece of work so much time passes before the
 * next one is begun that over both together the share is kept.  Several workers keep it together.
 *
 *     pace_init(&pace, settings->nice, settings->jobs);
 *     if (!pace_may_begin(&pace, clock_us()))
 *         return POOL_LATER;
 *     …
 *     pace_ended(&pace, elapsed, clock_us());
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef struct Pace
{
    int64_t nice; /* percent of the time to rest; 100 is no pace: nothing is ever begun */
    int workers;
    int64_t due; /* clock_us() from which on the next piece may be begun */
} Pace;

void pace_init(Pace *pace, int64_t nice, int workers);
bool pace_may_begin(const Pace *pace, int64_t now);

/* A piece of work that took so long, in µs, has ended just now. */
void pace_ended(Pace *pace, int64_t elapsed, int64_t now);
