/*
 * The terminal, without echo.
 */
#include "cmd/password.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>

enum
{
    KEYS_PAUSE = 50 /* ms between looks at the terminal */
};

/* False if a signal came before a line did. */
static bool
wait_for_line(Loop *loop, FILE *terminal)
{
    struct pollfd ready = {.fd = fileno(terminal), .events = POLLIN};

    while (!loop_is_stopping(loop) && poll(&ready, 1, 0) == 0)
        loop_turn(loop, KEYS_PAUSE);
    return !loop_is_stopping(loop);
}

char *
password_ask(Arena *arena, Loop *loop, Error *error)
{
    FILE *terminal = fopen("/dev/tty", "r+");
    struct termios silent, before;
    char line[1024];
    char *password = NULL;

    if (terminal == NULL)
    {
        error_set(error, ERROR_FAULT, "there is no terminal to enter the password");
        error_hint(error, "Use a password file (.pgpass) or PGPASSWORD.");
        return NULL;
    }
    tcgetattr(fileno(terminal), &before);
    silent = before;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    tcsetattr(fileno(terminal), TCSAFLUSH,
              &silent); /* before it is asked: it drops what is typed */
    fputs("Password: ", terminal);
    fflush(terminal);
    if (wait_for_line(loop, terminal) && fgets(line, sizeof(line), terminal) != NULL)
    {
        line[strcspn(line, "\n")] = '\0';
        password = arena_strdup(arena, line);
    }
    tcsetattr(fileno(terminal), TCSAFLUSH, &before);
    fputs("\n", terminal);
    fclose(terminal);
    if (loop_is_stopping(loop))
        error_set(error, ERROR_STOPPED, "stopped while asking for the password");
    else if (password == NULL)
        error_set(error, ERROR_FAULT, "no password was given");
    return password;
}
