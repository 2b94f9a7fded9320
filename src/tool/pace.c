/*
 * The pace.
 */
#include "tool/pace.h"

enum
{
    LATENESS = 200000 /* µs by which a piece may begin later than it might: rested already */
};

void
pace_init(Pace *pace, int64_t nice, int workers)
{
    *pace = (Pace){.nice = nice, .workers = workers};
}

bool
pace_may_begin(const Pace *pace, int64_t now)
{
    return pace->nice < 100 && now >= pace->due;
}

/* Time in which nothing was begun for another reason is not made up for. */
void
pace_ended(Pace *pace, int64_t elapsed, int64_t now)
{
    int64_t begun = now - elapsed;

    if (pace->nice == 0 || pace->nice == 100)
        return;
    if (pace->due < begun - LATENESS)
        pace->due = begun - LATENESS;
    pace->due += elapsed * 100 / (100 - pace->nice) / pace->workers;
}
