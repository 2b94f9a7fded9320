/*
 * Halves a range.
 */
#include "tool/halving.h"

int64_t
halving_find(int64_t first, int64_t end, HalvingTry fails, void *context)
{
    while (end - first > 1)
    {
        int64_t middle = first + (end - first) / 2;

        if (fails(context, first, middle))
            end = middle;
        else
            first = middle;
    }
    return first;
}
