/*
 * A definition is a list of attributes, "; " between them: "type integer; not null f; default 0".
 * An attribute's name is its first word, or two; a definition may begin with a statement, which has
 * no name.  Values may hold "; " themselves (a default, a function's text): then what differs is
 * shown from the first attribute that differs to the last.
 */
#include "model/difference.h"

#include <ctype.h>
#include <string.h>

static const char separator[] = "; ";

/* Names of two words. */
static const char *const long_names[] = {"not null ", "toast options ", "replica identity "};

typedef struct Piece
{
    const char *start;
    size_t length;
} Piece;

typedef struct Pieces
{
    Piece *items;
    int count;
} Pieces;

static Pieces
split(Arena *arena, const char *definition)
{
    Pieces pieces = {0};
    int most = 1;

    for (const char *at = definition; (at = strstr(at, separator)) != NULL; at++)
        most++;
    pieces.items = arena_alloc(arena, sizeof(Piece) * (size_t)most);
    for (const char *at = definition;;)
    {
        const char *end = strstr(at, separator);

        pieces.items[pieces.count++] = (Piece){at, end != NULL ? (size_t)(end - at) : strlen(at)};
        if (end == NULL)
            return pieces;
        at = end + sizeof(separator) - 1;
    }
}

static bool
is_same(Piece a, Piece b)
{
    return a.length == b.length && memcmp(a.start, b.start, a.length) == 0;
}

/* Length of the attribute's name with the space after it; 0 if it has none. */
static size_t
name_length(Piece piece)
{
    const char *space = memchr(piece.start, ' ', piece.length);

    for (size_t i = 0; i < sizeof(long_names) / sizeof(long_names[0]); i++)
        if (piece.length >= strlen(long_names[i]) &&
            memcmp(piece.start, long_names[i], strlen(long_names[i])) == 0)
            return strlen(long_names[i]);
    return space != NULL && islower((unsigned char)piece.start[0])
               ? (size_t)(space - piece.start) + 1
               : 0;
}

static void
append_value(Text *text, Piece value)
{
    if (value.length == 0)
        text_append(text, "none");
    else
        text_append_n(text, value.start, value.length);
}

/* "default: 1, was 0" */
static void
append_pair(Text *text, const char *was, Piece before, Piece now)
{
    size_t name = name_length(now);

    if (name == 0 || name != name_length(before) || memcmp(now.start, before.start, name) != 0)
        name = 0;
    else
    {
        text_append_n(text, now.start, name - 1);
        text_append(text, ": ");
    }
    append_value(text, (Piece){now.start + name, now.length - name});
    text_printf(text, ", %s ", was);
    append_value(text, (Piece){before.start + name, before.length - name});
}

/* All from one piece to another, as it stands in the definition. */
static Piece
join(Pieces pieces, int first, int end)
{
    const Piece *last = &pieces.items[end - 1];

    return end <= first ? (Piece){"", 0}
                        : (Piece){pieces.items[first].start,
                                  (size_t)(last->start + last->length - pieces.items[first].start)};
}

void
difference_append(Arena *arena, Text *text, const char *was, const char *before, const char *now)
{
    Pieces a = split(arena, before), b = split(arena, now);
    int first = 0, tail = 0;
    bool some = false;

    while (first < a.count && first < b.count && is_same(a.items[first], b.items[first]))
        first++;
    while (tail < a.count - first && tail < b.count - first &&
           is_same(a.items[a.count - 1 - tail], b.items[b.count - 1 - tail]))
        tail++;
    if (a.count != b.count)
    {
        append_pair(text, was, join(a, first, a.count - tail), join(b, first, b.count - tail));
        return;
    }
    for (int i = first; i < a.count - tail; i++)
        if (!is_same(a.items[i], b.items[i]))
        {
            if (some)
                text_append(text, "; ");
            append_pair(text, was, a.items[i], b.items[i]);
            some = true;
        }
}

bool
difference_is_position(const char *before, const char *now)
{
    const char *a = strstr(before, separator), *b = strstr(now, separator);

    return strncmp(before, "position ", 9) == 0 && strncmp(now, "position ", 9) == 0 && a != NULL &&
           b != NULL && strcmp(a, b) == 0;
}
