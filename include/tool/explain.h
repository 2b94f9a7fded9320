/*
 * Why a statement failed, if others are the reason.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "tool/context.h"

/* A statement of ours failed: if that is because others did something to the tables meanwhile,
 * although it may be undone by now, the error says so instead. */
void explain_failure(Context *context, Error *error);
