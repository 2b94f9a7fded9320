/*
 * The command line as data: see option_rows.h for what there is.  An option
 * may also be given as an environment variable, PGSWAP_ and its name in capitals: the command line
 * wins, and a command overlooks what is there for another.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "tool/context.h"

/* A bit for each command. */
enum
{
    COMMAND_PLAN = 1 << 0,
    COMMAND_RUN = 1 << 1,
    COMMAND_STATUS = 1 << 2,
    COMMAND_VERIFY = 1 << 3,
    COMMAND_SWAP = 1 << 4,
    COMMAND_PAUSE = 1 << 5,
    COMMAND_CONTINUE = 1 << 6,
    COMMAND_FOLLOW = 1 << 7,
    COMMAND_REVERT = 1 << 8,
    COMMAND_FINISH = 1 << 9,
    COMMAND_ABORT = 1 << 10,
    COMMAND_ALL = (1 << 11) - 1,
    COMMAND_NONE = 1 << 11, /* the program without a command */
};

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
    bool no_wait;
    const char *file;
    /* the run */
    Settings settings;
    bool until_ready;
    bool hold;
    int64_t reconnect; /* ms */
    int64_t follow;    /* ms; 0: not after a run, without end for the command follow */
    int64_t keep;      /* ms after the swap in which finish refuses */
    /* output */
    bool json;
    bool quiet;
    bool verbose;
    bool help;
    bool version;
    int log_format; /* a LogFormat */
    const char *templates;
    /* the rest */
    const char *table; /* as typed; NULL if none was given */
} Options;

/*
 * Reads argv[1…], what comes after the command's name, and the environment.  ERROR_FAULT for an
 * option that no command whose bit is given takes, and for a wrong name or value; it is
 * the first that is reported, but the others are read all the same: *options tells whether JSON
 * was asked for.
 */
bool options_read(Arena *arena, const char *command, unsigned bit, int argc, char **argv,
                  Options *options, Error *error) ERROR_MUST_CHECK;
