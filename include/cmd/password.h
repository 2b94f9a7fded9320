/*
 * A password, asked for at the terminal.
 */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "pg/loop.h"

/* In arena.  NULL with ERROR_FAULT if there is no terminal or nothing was entered, ERROR_STOPPED
 * after a signal. */
char *password_ask(Arena *arena, Loop *loop, Error *error) ERROR_MUST_CHECK;
