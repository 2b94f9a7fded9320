/*
 * What run and swap say at their end.
 */
#pragma once

#include "cmd/command.h"

/* The summary on stdout: text for people, or one JSON object. */
void summary_print(const Session *session);
