/*
 * The codes.
 */
#include "cmd/exit_codes.h"

#include "base/error.h"

const ExitCode exit_codes[] = {
    [ERROR_NONE] = {"done", "the goal is reached (also if it already was)", ""},
    [ERROR_FAULT] = {"usage",
                     "usage, or a fault of pgswap: also a swap that did not come out as planned, "
                     "and was undone, although nobody altered the table",
                     "no"},
    [ERROR_CONNECTION] = {"connection",
                          "cannot connect (nobody answers, the server starts or has no room), or "
                          "connection lost and not regained",
                          "yes"},
    [ERROR_STATEMENT] = {"a statement or the data failed",
                         "a statement failed: the data or the change is at fault; column, SQLSTATE "
                         "and key are named",
                         "after correcting it"},
    [ERROR_REFUSED] = {"refused",
                       "refused: not supported, missing privilege, a connection pooler, or the "
                       "server's no to password, role or database",
                       "no"},
    [ERROR_PARITY] = {"tables differ", "the tables differ; not swapped", "look"},
    [ERROR_LOCK] = {"could not get the lock", "could not get the lock; still in sync",
                    "yes: `swap`"},
    [ERROR_STOPPED] = {"stopped on request", "stopped on request; or by a hook that failed",
                       "yes: `run`"},
    [ERROR_BUSY] = {"another pgswap at work",
                    "another pgswap works on this table; who, from where and since when is said as "
                    "far as your role may see it",
                    "later"},
    [ERROR_LIMIT] = {"a limit",
                     "a safety limit ended it: one of the options, or the server's resources (full "
                     "disk, memory)",
                     "look"},
    [ERROR_CHANGED] = {"table altered meanwhile",
                       "a table was altered, moved or dropped by someone else",
                       "as the hint says; plan again"},
    [ERROR_PAUSED] = {"paused by the operator", "paused by the operator; who and when is said",
                      "after `continue`"},
    [ERROR_HOOK] = {"swapped, and the hook after it failed",
                    "swapped, and the hook after it failed",
                    "look; `run` or `swap` runs the hook again"},
};

const int exit_code_count = sizeof(exit_codes) / sizeof(exit_codes[0]);
