/*
 * The command line as data: one table row an option.  An option may also be given as an environment
 * variable, PGSWAP_ and its name in capitals; the command line wins.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "phase/context.h"

typedef struct Options
{
    /* connection */
    const char *dbname;
    const char *host;
    const char *port;
    const char *user;
    bool no_password;
    bool ask_password;
    bool session_pooler;
    /* the change */
    const char **alters;       /* NULL-terminated */
    const char **maps;         /* NULL-terminated */
    const char **reverse_maps; /* NULL-terminated */
    bool no_revert;
    const char *file;
    bool force_rewrite;
    const char *force; /* "publication" or NULL */
    /* the run */
    Settings settings;
    const char *until;
    bool hold;
    int64_t reconnect; /* ms */
    const char *old_snapshots;
    const char *matviews;
    int64_t follow; /* ms; 0: not after a run, without end for the command follow */
    int64_t keep;   /* ms after the swap in which finish refuses */
    /* output */
    bool json;
    bool quiet;
    bool verbose;
    const char *log_format;
    const char *templates;
    /* the rest */
    const char *table; /* as typed; NULL if none was given */
} Options;

/* Reads argv[1…] after the command's name and the environment.  *help is set if help was asked
 * for. */
bool options_read(Arena *arena, int argc, char **argv, Options *options, bool *help, Error *error)
    ERROR_MUST_CHECK;

/* Prints the option table. */
void options_help(void);
