/*
 * The options as rows that know all about themselves.  The parser, the help, the man page, the
 * completion and the table of the README come from them; a new option is one row and its field in
 * Options.
 */
#pragma once

#include <stddef.h>

typedef enum OptionKind
{
    OPTION_FLAG,     /* bool */
    OPTION_TEXT,     /* const char * */
    OPTION_FILE,     /* const char *, name of a file */
    OPTION_FOLDER,   /* const char *, name of a directory */
    OPTION_LIST,     /* const char **, repeatable */
    OPTION_NUMBER,   /* int64_t, from 1 */
    OPTION_INT,      /* int, from 1 to 1000 */
    OPTION_PERCENT,  /* int64_t, from 0 to 100 */
    OPTION_SIZE,     /* int64_t, bytes */
    OPTION_WINDOW,   /* Window */
    OPTION_DURATION, /* int64_t, milliseconds */
    OPTION_TIME,     /* the same, longer than 0 */
    OPTION_WORD,     /* int: which of the words in value, from 0 */
    OPTION_ONLY,     /* bool; the value must be the word in value */
    OPTION_HEADING,  /* help is a line above the rows that follow */
} OptionKind;

typedef struct OptionRow
{
    const char *name; /* NULL: a heading */
    int letter;       /* 0 if none */
    OptionKind kind;
    size_t offset;      /* of the field in Options */
    unsigned commands;  /* that take it, as bits */
    const char *value;  /* name of the value in the help, or the words that are allowed: a|b|c */
    const char *preset; /* value if none is given, as one would give it; NULL: the field is 0 */
    const char *help;   /* one phrase, without the value above */
    const char *more;   /* further phrases for the README and the man page, with `code`, or NULL */
} OptionRow;

extern const OptionRow option_rows[];
extern const int option_count;
