/*
 * Which word was meant by one that is not known.
 */
#include "cmd/suggest.h"

#include <stdbool.h>
#include <string.h>

enum
{
    LONGEST = 15 /* bytes of a word that is looked at */
};

/* What the commands are called in other programs. */
static const char *const synonyms[][2] = {
    {"resume", "continue"}, {"unpause", "continue"}, {"stop", "pause"},      {"cancel", "abort"},
    {"rollback", "revert"}, {"undo", "revert"},      {"cutover", "swap"},    {"switch", "swap"},
    {"list", "status"},     {"show", "status"},      {"progress", "status"}, {"start", "run"},
    {"migrate", "run"},     {"check", "verify"},     {"cleanup", "finish"},
};

static int
least_of_three(int a, int b)
{
    return a < b ? a : b;
}

/* How many letters to add, drop, change, or exchange with the next make one of the other. */
static int
distance(const char *a, const char *b)
{
    int rows[LONGEST + 1][LONGEST + 1];
    int m = (int)strlen(a), n = (int)strlen(b);

    for (int i = 0; i <= m; i++)
        for (int j = 0; j <= n; j++)
        {
            if (i == 0 || j == 0)
            {
                rows[i][j] = i + j;
                continue;
            }
            rows[i][j] = least_of_three(least_of_three(rows[i - 1][j], rows[i][j - 1]) + 1,
                                        rows[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                rows[i][j] = least_of_three(rows[i][j], rows[i - 2][j - 2] + 1);
        }
    return rows[m][n];
}

const char *
suggest(const char *typed, const char *const *words)
{
    const char *nearest = NULL;
    int best = (int)strlen(typed) / 2 + 1; /* half of the letters are right, at least */

    if (strlen(typed) > LONGEST)
        return NULL;
    for (size_t i = 0; i < sizeof(synonyms) / sizeof(synonyms[0]); i++)
        if (strcmp(synonyms[i][0], typed) == 0)
            return synonyms[i][1];
    for (; *words != NULL; words++)
    {
        int far = strlen(*words) > LONGEST ? best : distance(typed, *words);

        if (far >= best)
            continue;
        best = far;
        nearest = *words;
    }
    return nearest;
}
