/*
 * Times of what was said.
 */
#include "tool/waiting.h"

enum
{
    SAY_EVERY = 30000 /* ms */
};

bool
waiting_is_due(Waiting *waiting, WaitingKind kind, int64_t now)
{
    int64_t *said = &waiting->said[kind];

    if (*said > 0 && now - *said < SAY_EVERY)
        return false;
    *said = now;
    return true;
}

void
waiting_is_over(Waiting *waiting, WaitingKind kind)
{
    waiting->said[kind] = 0;
}
