/*
 * What run and swap say at their end.
 */
#pragma once

#include "cmd/session.h"

/* The summary on stdout, for people; nothing with --json. */
void summary_print(const Session *session);

/* The same as members of the report; it is told after a failure, too, as far as the command came.
 */
void summary_report(Session *session);
