/*
 * Finds what fails among many by trying ranges of them.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Whether any of those from first up to, but not with, end fails. */
typedef bool (*HalvingTry)(void *context, int64_t first, int64_t end);

/*
 * The first that fails of a range in which one does, by as many tries as it can be halved.  If none
 * fails, the last of them: the caller tries what was found by itself.
 */
int64_t halving_find(int64_t first, int64_t end, HalvingTry fails, void *context);
