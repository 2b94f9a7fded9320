/*
 * The server's parameters that values can depend on (TimeZone, DateStyle, search_path, those of
 * extensions …).  What the user's expressions, and the functions behind indexes, checks and
 * generated columns, make of a row must be what the application's sessions make of it: so they run
 * with the parameters of a new session of the table's owner, as they were when the migration began,
 * from whichever machine it goes on.  Our own statements keep to ours
 * (templates/session/parameters_ours.sql).
 *
 *     parameters_use(parameters, conn, error)      in a transaction
 *     … statements whose templates qualify every name …
 *     parameters_leave(conn, error)                or the end of the transaction
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "pg/await.h"

typedef struct Parameter
{
    char *name;
    char *value;
    bool shown; /* worth a line in a plan: not what PostgreSQL has without any setting */
} Parameter;

typedef struct Parameters
{
    char *json; /* as the state keeps them */
    char *role; /* whose sessions have them */
    int count;
    Parameter *items;
    char *session; /* SQL that puts them in force for a session */
    char *local;   /* and for a transaction */
    char *clauses; /* of CREATE FUNCTION, for a function that anybody's session may call */
    char *custom;  /* one that a function may not set (app.tenant), or NULL */
    char *path;    /* the search_path alone, a list of names */
} Parameters;

/* Reads those that hold for a table's owner, on a connection without options of its own; *json. */
bool parameters_read(Conn *conn, Arena *arena, const char *table_oid, char **json, Error *error)
    ERROR_MUST_CHECK;

/* Makes of what is kept what is needed to put it in force on connections like this one. */
bool parameters_take(Conn *conn, Arena *arena, const char *json, Parameters *parameters,
                     Error *error) ERROR_MUST_CHECK;

/* The value of a parameter, or "". */
const char *parameters_value(const Parameters *parameters, const char *name);

/* Puts the search_path alone in force, for what prints an expression: names are then printed as
 * they are to be read back, and values in the form that every session reads alike. */
bool parameters_use_path(const Parameters *parameters, Conn *conn, Error *error) ERROR_MUST_CHECK;

/* Puts them in force until parameters_leave() or the end of the transaction.  ERROR_REFUSED if our
 * role may not set one of them. */
bool parameters_use(const Parameters *parameters, Conn *conn, Error *error) ERROR_MUST_CHECK;
bool parameters_leave(Conn *conn, Error *error) ERROR_MUST_CHECK;
