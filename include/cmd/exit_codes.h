/*
 * What the exit codes mean, for the help, the man page and the README.
 */
#pragma once

typedef struct ExitCode
{
    const char *brief;   /* for the help */
    const char *meaning; /* for the README and the man page, with `code` */
    const char *again;   /* whether it helps to try again; "" where that is no question */
} ExitCode;

/* By code: an ErrorKind. */
extern const ExitCode exit_codes[];
extern const int exit_code_count;
