/*
 * A command of the operator's, run while the loop is served.
 */
#pragma once

#include "base/error.h"
#include "pg/loop.h"

/*
 * Runs the command through the shell, with our environment and standard descriptors, and waits for
 * its end; *code is its exit code, or 128 and the signal that ended it.  When the program is to
 * stop, it has LOOP_GRACE to end by itself (or until the next signal after the first); then it gets
 * SIGTERM, and LOOP_GRACE later SIGKILL.  ERROR_FAULT if it could not be started.
 */
bool process_run(Loop *loop, const char *command, int *code, Error *error) ERROR_MUST_CHECK;
