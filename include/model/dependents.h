/*
 * What hangs on a table and moves to the one that takes its name.
 */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "model/mapping.h"
#include "pg/await.h"

/* How views that are not replaced in place come to the table that takes the name: made in the
 * exchange, built ahead in schema there, or moved from there in the exchange. */
#define TOWER_MADE "made"
#define TOWER_AHEAD "ahead"
#define TOWER_MOVED "moved"

/* The statements that move what hangs on live, by stages, there and away being the schemas that the
 * other table comes from and live goes to, and earlier how that was described when it was live (as
 * JSON), or NULL; see templates/swap/dependents.sql. */
const Result *dependents_read(Conn *conn, Arena *arena, const char *live, const Mapping *mapping,
                              const char *path, const char *tower, const char *there,
                              const char *away, const char *earlier, Error *error) ERROR_MUST_CHECK;
