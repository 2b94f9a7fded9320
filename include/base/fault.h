/*
 * The end of the program for a fault of ours: a broken contract between two modules, or no memory.
 * Prints "pgswap: fault: <message>" and aborts; nothing is lost, since all state is in the
 * database.
 */
#pragma once

_Noreturn void fault(const char *format, ...) __attribute__((format(printf, 1, 2)));
