/*
 * Where the state of a migration is.
 *
 * Each owner of tables has a state of its own: schema pgswap is that of the first, pgswap_2 that of
 * the next, and so on; all in it belongs to that owner.  So its members work in it, nobody else
 * can plant anything there, and no role runs what another one wrote.  Every template finds it as
 * :state (template_set_state), which is set here and nowhere else.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "pg/await.h"
#include "sql/template.h"

/* Names of the states that the session may read. */
typedef struct Homes
{
    int count;
    char **names;
    const char *outdated; /* one of another version of pgswap, which is left out, or NULL */
} Homes;

/* Opens a transaction in which the states that the session may read stay as they are; the caller
 * ends it.  table: OID of a table whose owner's state must be of our version, "0" for none. */
bool homes_open(Conn *conn, Arena *arena, const char *table, Homes *homes, Error *error)
    ERROR_MUST_CHECK;

/* Leaves all but one out. */
void homes_keep(Homes *homes, const char *name);

/* Runs the template over all the states (one at least), and over all of what it finds the template
 * `over`. */
const Result *homes_select(Conn *conn, const Homes *homes, const char *name,
                           const TemplateVar *vars, int count, const char *over, Error *error)
    ERROR_MUST_CHECK;

/* Which database this is, told from a copy of it that a dump makes; NULL on failure. */
const char *home_origin(Conn *conn, Arena *arena, Error *error) ERROR_MUST_CHECK;

/* From here on :state is the state of the owner of the table (OID), there or not. */
bool home_of_table(Conn *conn, const char *table, Error *error) ERROR_MUST_CHECK;

/* Makes that state unless it is there.  ERROR_REFUSED without the rights; ERROR_CONNECTION if
 * another role has taken the name of the schema meanwhile. */
bool home_make(Conn *conn, const char *table, Error *error) ERROR_MUST_CHECK;

/* Gives what this session made in the state to its owner; in the transaction that made it. */
bool home_own(Conn *conn, Error *error) ERROR_MUST_CHECK;
