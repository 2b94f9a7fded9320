/*
 * The change as it is given on the command line.
 */
#pragma once

#include <stdbool.h>

#include "cmd/session.h"
#include "model/spec.h"

/* Whether the options name a change, or ask for a rewrite as it is. */
bool change_is_given(const Options *options);

/* Reads the change from the options. */
bool change_read(Session *session, Spec *spec, Error *error) ERROR_MUST_CHECK;
