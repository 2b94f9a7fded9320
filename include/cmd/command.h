/*
 * The commands: options in, exit code (as an Error) out.
 */
#pragma once

#include <stdbool.h>

#include "cmd/session.h"

#define PGSWAP_VERSION "0.1.0"

typedef struct Command
{
    const char *name;
    CommandFunction run;
    unsigned bit; /* for its options */
    void (*report)(
        const Session *session); /* adds what it tells whether it succeeds or fails, or NULL */
    bool needs_table;
    const char *help;
} Command;

extern const Command commands[];
extern const int command_count;

/* By its name.  NULL with ERROR_FAULT if there is none; "" and what begins with "-" is no name. */
const Command *command_find(const char *name, Error *error);

bool plan_command(Session *session, Error *error);
bool run_command(Session *session, Error *error);
bool status_command(Session *session, Error *error);
bool verify_command(Session *session, Error *error);
bool swap_command(Session *session, Error *error);
bool pause_command(Session *session, Error *error);
bool continue_command(Session *session, Error *error);
bool follow_command(Session *session, Error *error);
bool revert_command(Session *session, Error *error);
bool finish_command(Session *session, Error *error);
bool abort_command(Session *session, Error *error);
