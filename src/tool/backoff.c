/*
 * Pauses between attempts.
 */
#include "tool/backoff.h"

enum
{
    POLL_FIRST = 50 /* ms; doubled before the first look is repeated */
};

static int64_t
shorter(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

void
backoff_init(Backoff *backoff, int64_t most)
{
    *backoff = (Backoff){.most = most, .poll = POLL_FIRST};
}

int64_t
backoff_after(Backoff *backoff, int64_t imposed, int64_t dice)
{
    int64_t peace = imposed * BACKOFF_PEACE;

    if (imposed > 0)
        return shorter(peace / 2 + dice % (peace + 1), backoff->most);
    backoff->poll = shorter(backoff->poll * 2, BACKOFF_POLL_MAX);
    return 1 + dice % backoff->poll;
}
