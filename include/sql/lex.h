/*
 * PostgreSQL's lexical rules, as psql applies them: takes a text apart into lexemes.  Templates and
 * what the user wrote are read with the same rules.
 *
 *     Lexeme lexeme;
 *     for (const char *at = text; lex_next(&at, &lexeme);)
 *         if (lexeme.kind == LEX_VARIABLE) …
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

typedef enum LexKind
{
    LEX_SPACE,
    LEX_COMMENT,    /* -- up to its line's end, without the newline; nested comments */
    LEX_WORD,       /* keyword, unquoted identifier, or number */
    LEX_IDENTIFIER, /* "…" or U&"…" */
    LEX_STRING,     /* '…', E'…', U&'…', $tag$…$tag$ */
    LEX_VARIABLE,   /* psql's :name, :'name', :"name" */
    LEX_SYMBOL,     /* one character, or one of "::" and ":=" */
} LexKind;

typedef struct Lexeme
{
    LexKind kind;
    const char *start; /* points into the text */
    size_t length;     /* bytes */
    bool is_closed;    /* false if the text ended inside quotes or a comment */
} Lexeme;

/* Reads the lexeme at *at and moves *at behind it.  False at the end of the text. */
bool lex_next(const char **at, Lexeme *lexeme);

/* The same, skipping spaces and comments. */
bool lex_next_token(const char **at, Lexeme *lexeme);

/* True for the word, in upper or lower case; never for a quoted identifier. */
bool lex_is_word(const Lexeme *lexeme, const char *word);

bool lex_is_symbol(const Lexeme *lexeme, char symbol);
