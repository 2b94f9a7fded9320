/*
 * What --help prints, made of the rows of commands, options and exit codes.
 */
#pragma once

#include "cmd/command.h"

void help_program(void);
void help_command(const Command *command);
