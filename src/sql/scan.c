/*
 * Splits what the user wrote into statements, actions and expressions.  Everything here is a walk
 * over the lexemes of sql/lex.h with a count of open parentheses.
 */
#include "sql/scan.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "sql/lex.h"
#include "sql/unicode_ident.h"

/*
 * A walk over a text, and the item that is being collected.  A CREATE FUNCTION or PROCEDURE may
 * have a body of the form BEGIN ATOMIC … END with semicolons in it; they are told from separators
 * the way psql does it, by counting BEGIN, CASE and END in such a statement.
 */
typedef struct Walk
{
    Arena *arena;
    const char *text;
    ScanList *list;
    const char *first; /* of the item, without leading space; NULL if nothing was seen */
    const char *end;   /* behind the item's last lexeme that is not space */
    bool has_token;    /* the item is more than comments */
    bool ends_in_line_comment;
    int depth;          /* open parentheses and brackets */
    const char *opened; /* the outermost of them */
    int words;          /* in this statement, at depth 0 */
    bool is_create;
    bool is_routine;
    int block; /* open BEGIN and CASE of a routine's body */
} Walk;

static int
line_of(const Walk *walk, const char *place)
{
    int line = 1;

    for (const char *at = walk->text; at < place; at++)
        line += *at == '\n';
    return line;
}

static bool
check_lexeme(const Walk *walk, const Lexeme *lexeme, Error *error)
{
    if (lex_is_symbol(lexeme, '\\'))
    {
        error_set(error, ERROR_FAULT, "backslash command at line %d is not SQL",
                  line_of(walk, lexeme->start));
        return error_hint(error, "Commands of psql cannot be used here; leave them out.");
    }
    if (lexeme->is_closed)
        return true;

    const char *what = lexeme->kind == LEX_COMMENT      ? "comment"
                       : lexeme->kind == LEX_IDENTIFIER ? "quoted identifier"
                                                        : "quoted string";
    return error_set(error, ERROR_FAULT, "unterminated %s at line %d", what,
                     line_of(walk, lexeme->start));
}

static bool
track_depth(Walk *walk, const Lexeme *lexeme, Error *error)
{
    if (lex_is_symbol(lexeme, '(') || lex_is_symbol(lexeme, '['))
    {
        if (walk->depth++ == 0)
            walk->opened = lexeme->start;
    }
    else if (lex_is_symbol(lexeme, ')') || lex_is_symbol(lexeme, ']'))
    {
        if (walk->depth-- == 0)
            return error_set(error, ERROR_FAULT, "closing \"%c\" at line %d was never opened",
                             *lexeme->start, line_of(walk, lexeme->start));
    }
    return true;
}

/* CREATE [OR REPLACE] FUNCTION: the kind of object is among the first four words. */
static void
track_block(Walk *walk, const Lexeme *lexeme)
{
    if (lexeme->kind != LEX_WORD || walk->depth > 0)
        return;

    walk->words++;
    if (walk->words == 1)
        walk->is_create = lex_is_word(lexeme, "create");
    else if (walk->words <= 4 && walk->is_create &&
             (lex_is_word(lexeme, "function") || lex_is_word(lexeme, "procedure")))
        walk->is_routine = true;
    if (!walk->is_routine)
        return;

    if (lex_is_word(lexeme, "begin") || (walk->block > 0 && lex_is_word(lexeme, "case")))
        walk->block++;
    else if (walk->block > 0 && lex_is_word(lexeme, "end"))
        walk->block--;
}

static void
collect(Walk *walk, const Lexeme *lexeme)
{
    if (lexeme->kind == LEX_SPACE)
        return;
    if (walk->first == NULL)
        walk->first = lexeme->start;
    walk->end = lexeme->start + lexeme->length;
    walk->ends_in_line_comment = lexeme->kind == LEX_COMMENT && *lexeme->start == '-';
    walk->has_token = walk->has_token || lexeme->kind != LEX_COMMENT;
}

/* Ends the item: adds it to the list unless there is nothing in it. */
static void
end_item(Walk *walk)
{
    if (walk->has_token)
        walk->list->items[walk->list->count++] =
            arena_printf(walk->arena, "%.*s%s", (int)(walk->end - walk->first), walk->first,
                         walk->ends_in_line_comment ? "\n" : "");
    walk->first = NULL;
    walk->has_token = false;
    walk->words = 0;
    walk->is_create = false;
    walk->is_routine = false;
}

static void
walk_begin(Walk *walk, Arena *arena, const char *text, char separator, ScanList *list)
{
    size_t most = 1;

    for (const char *at = text; *at != '\0'; at++)
        most += *at == separator;
    *walk = (Walk){.arena = arena, .text = text, .list = list};
    list->count = 0;
    list->items = arena_alloc(arena, most * sizeof(*list->items));
}

static bool
walk_lexeme(Walk *walk, const Lexeme *lexeme, Error *error)
{
    return check_lexeme(walk, lexeme, error) && track_depth(walk, lexeme, error);
}

static bool
walk_end(const Walk *walk, Error *error)
{
    if (walk->depth > 0)
        return error_set(error, ERROR_FAULT, "\"%c\" at line %d is never closed", *walk->opened,
                         line_of(walk, walk->opened));
    if (walk->block > 0)
        return error_set(error, ERROR_FAULT,
                         "body of the function that begins at line %d is never ended",
                         line_of(walk, walk->first));
    return true;
}

bool
scan_statements(Arena *arena, const char *text, ScanList *list, Error *error)
{
    Walk walk;
    Lexeme lexeme;

    walk_begin(&walk, arena, text, ';', list);
    for (const char *at = text; lex_next(&at, &lexeme);)
    {
        if (!walk_lexeme(&walk, &lexeme, error))
            return false;
        track_block(&walk, &lexeme);
        if (lex_is_symbol(&lexeme, ';') && walk.depth == 0 && walk.block == 0)
            end_item(&walk);
        else
            collect(&walk, &lexeme);
    }
    if (!walk_end(&walk, error))
        return false;
    end_item(&walk);
    return true;
}

/* What stands between two commas, or in front of or behind one, must not be empty. */
static bool
end_action(Walk *walk, Error *error)
{
    if (!walk->has_token)
        return error_set(error, ERROR_FAULT, "empty clause beside a comma");
    end_item(walk);
    return true;
}

bool
scan_actions(Arena *arena, const char *text, ScanList *list, Error *error)
{
    Walk walk;
    Lexeme lexeme;
    bool is_ended = false;
    bool has_comma = false;

    walk_begin(&walk, arena, text, ',', list);
    for (const char *at = text; lex_next(&at, &lexeme);)
    {
        if (!walk_lexeme(&walk, &lexeme, error))
            return false;
        if (is_ended && lexeme.kind != LEX_SPACE && lexeme.kind != LEX_COMMENT)
            return error_set(error, ERROR_FAULT, "text after a semicolon at line %d",
                             line_of(&walk, lexeme.start));
        if (walk.depth == 0 && lex_is_symbol(&lexeme, ';'))
            is_ended = true;
        else if (walk.depth > 0 || !lex_is_symbol(&lexeme, ','))
            collect(&walk, &lexeme);
        else if (!end_action(&walk, error))
            return false;
        else
            has_comma = true;
    }
    if (!walk_end(&walk, error))
        return false;
    if (has_comma)
        return end_action(&walk, error);
    end_item(&walk);
    return true;
}

/* An action or an assignment: no comma at the top level, no second statement. */
static bool
scan_single(Arena *arena, const char *text, char **item, Error *error)
{
    ScanList list;

    if (!scan_actions(arena, text, &list, error))
        return false;
    if (list.count != 1)
        return error_set(error, ERROR_FAULT, "expected one clause, found %d: \"%s\"", list.count,
                         text);
    *item = list.items[0];
    return true;
}

/* The text without space and comments at its two ends; NULL if nothing is left. */
static char *
trim(Arena *arena, const char *text)
{
    const char *first = NULL;
    const char *end = text;
    Lexeme lexeme;

    for (const char *at = text; lex_next_token(&at, &lexeme);)
    {
        if (first == NULL)
            first = lexeme.start;
        end = at;
    }
    return first == NULL ? NULL : arena_strndup(arena, first, (size_t)(end - first));
}

static char *
fold(Arena *arena, const Lexeme *word)
{
    char *name = arena_strndup(arena, word->start, word->length);

    for (char *c = name; *c != '\0'; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    return name;
}

/* "a ""b""" -> a "b" */
static char *
unquote(Arena *arena, const Lexeme *identifier)
{
    const char *end = identifier->start + identifier->length - 1;
    char *name = arena_alloc(arena, identifier->length);
    char *out = name;

    for (const char *at = identifier->start + 1; at < end; at++)
    {
        *out++ = *at;
        if (*at == '"')
            at++;
    }
    return name;
}

/* The escape character of UESCAPE 'c' if that comes next, else the backslash. */
static char
take_uescape(const char **at)
{
    const char *next = *at;
    Lexeme lexeme;

    if (!lex_next_token(&next, &lexeme) || !lex_is_word(&lexeme, "uescape") ||
        !lex_next_token(&next, &lexeme) || lexeme.kind != LEX_STRING || lexeme.length != 3)
        return '\\';
    *at = next;
    return lexeme.start[1];
}

/* Reads a name and moves *at behind it.  *name is NULL if what comes next is not a name; false only
 * for a name with a bad Unicode escape. */
static bool
take_name(Arena *arena, const char **at, char **name, Error *error)
{
    Lexeme lexeme;

    *name = NULL;
    if (!lex_next_token(at, &lexeme))
        return true;
    if (lexeme.kind == LEX_WORD)
        *name = fold(arena, &lexeme);
    else if (lexeme.kind == LEX_IDENTIFIER && *lexeme.start == '"')
        *name = unquote(arena, &lexeme);
    else if (lexeme.kind == LEX_IDENTIFIER)
        *name = unicode_ident_decode(arena, lexeme.start, lexeme.length, take_uescape(at), error);
    else
        return true;
    return *name != NULL;
}

/* Moves *at behind the word if it comes next. */
static bool
take_word(const char **at, const char *word)
{
    const char *next = *at;
    Lexeme lexeme;

    if (!lex_next_token(&next, &lexeme) || !lex_is_word(&lexeme, word))
        return false;
    *at = next;
    return true;
}

static bool
take_words(const char **at, const char *first, const char *second)
{
    const char *next = *at;

    if (!take_word(&next, first) || !take_word(&next, second))
        return false;
    *at = next;
    return true;
}

static bool
take_symbol(const char **at, char symbol)
{
    const char *next = *at;
    Lexeme lexeme;

    if (!lex_next_token(&next, &lexeme) || !lex_is_symbol(&lexeme, symbol))
        return false;
    *at = next;
    return true;
}

/* The text behind the first word USING, or NULL.  The word is reserved: no type and no collation
 * can have it unquoted. */
static const char *
find_using(const char *at)
{
    Lexeme lexeme;

    while (lex_next_token(&at, &lexeme))
        if (lex_is_word(&lexeme, "using"))
            return at;
    return NULL;
}

/* Behind ALTER [COLUMN]: name [SET DATA] TYPE type … [USING expression]; anything else is of no
 * interest. */
static bool
scan_alter_column(Arena *arena, const char *at, ScanAction *action, Error *error)
{
    char *name;

    if (!take_name(arena, &at, &name, error))
        return false;
    if (name == NULL)
        return true;
    if (take_words(&at, "set", "expression"))
        *action = (ScanAction){.kind = SCAN_SET_EXPRESSION, .name = name};
    if (take_word(&at, "set") && !take_word(&at, "data"))
        return true;
    if (!take_word(&at, "type"))
        return true;

    action->kind = SCAN_TYPE;
    action->name = name;

    const char *expression = find_using(at);
    if (expression == NULL)
        return true;
    action->using_expression = trim(arena, expression);
    if (action->using_expression == NULL)
        return error_set(error, ERROR_FAULT, "USING without an expression for column \"%s\"", name);
    return true;
}

bool
scan_action(Arena *arena, const char *text, ScanAction *action, Error *error)
{
    char *item = NULL;

    *action = (ScanAction){.kind = SCAN_OTHER};
    if (!scan_single(arena, text, &item, error))
        return false;

    const char *at = item;
    ScanKind kind = SCAN_OTHER;

    if (take_word(&at, "alter"))
    {
        take_word(&at, "column");
        return scan_alter_column(arena, at, action, error);
    }
    if (take_words(&at, "drop", "constraint"))
    {
        take_words(&at, "if", "exists");
        kind = SCAN_DROP_CONSTRAINT;
    }
    else if (take_words(&at, "rename", "to"))
        kind = SCAN_RENAME_TABLE;
    else if (take_words(&at, "set", "schema"))
        kind = SCAN_SET_SCHEMA;
    if (kind == SCAN_OTHER)
        return true;

    if (!take_name(arena, &at, &action->name, error))
        return false;
    if (action->name != NULL)
        action->kind = kind;
    return true;
}

bool
scan_alter_table(const char *statement, const char *target, const char **actions)
{
    const char *at = statement;
    Lexeme lexeme;

    if (!take_words(&at, "alter", "table"))
        return false;
    take_words(&at, "if", "exists");

    bool has_parenthesis = take_word(&at, "only") && take_symbol(&at, '(');

    if (!lex_next_token(&at, &lexeme) || lexeme.kind != LEX_VARIABLE ||
        lexeme.length != strlen(target) || memcmp(lexeme.start, target, lexeme.length) != 0)
        return false;
    if (has_parenthesis && !take_symbol(&at, ')'))
        return false;
    take_symbol(&at, '*');
    *actions = at;
    return true;
}

char *
scan_replace_variable(Arena *arena, const char *text, const char *variable, const char *value,
                      int *found)
{
    Text result = {0};
    Lexeme lexeme;

    *found = 0;
    for (const char *at = text; lex_next(&at, &lexeme);)
    {
        if (lexeme.kind == LEX_VARIABLE && lexeme.length == strlen(variable) &&
            memcmp(lexeme.start, variable, lexeme.length) == 0)
        {
            text_append(&result, value);
            (*found)++;
        }
        else
            text_append_n(&result, lexeme.start, lexeme.length);
    }

    char *replaced = arena_strdup(arena, text_cstr(&result));
    text_clear(&result);
    return replaced;
}

char *
scan_keyword(Arena *arena, const char *statement)
{
    Lexeme lexeme;

    if (!lex_next_token(&statement, &lexeme) || lexeme.kind != LEX_WORD)
        return arena_strdup(arena, "");

    char *keyword = arena_strndup(arena, lexeme.start, lexeme.length);
    for (char *c = keyword; *c != '\0'; c++)
        *c = (char)toupper((unsigned char)*c);
    return keyword;
}

static bool
read_assignment(Arena *arena, const char *text, char **column, char **expression, Error *error)
{
    char *item = NULL;

    if (!scan_single(arena, text, &item, error))
        return false;

    const char *at = item;
    if (!take_name(arena, &at, column, error))
        return false;
    if (*column == NULL || !take_symbol(&at, '='))
        return error_set(error, ERROR_FAULT, "no column name followed by \"=\"");
    *expression = trim(arena, at);
    if (*expression == NULL)
        return error_set(error, ERROR_FAULT, "nothing follows \"=\"");
    return true;
}

bool
scan_assignment(Arena *arena, const char *text, char **column, char **expression, Error *error)
{
    if (read_assignment(arena, text, column, expression, error))
        return true;
    error_context(error, "cannot read '%s'", text);
    return error_hint(error, "Write column=expression, with parentheses around commas.");
}
