/*
 * Which keys differ: takes the rows of buckets whose sums differ, from both sides, and pairs them
 * by key.  Memory is bounded: past NARROW_BYTES further rows are counted only, and the total
 * becomes a lower bound.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/text.h"

enum
{
    NARROW_BYTES = 16 * 1024 * 1024,
    NARROW_SHOWN = 20 /* keys that are named */
};

typedef enum ParitySide
{
    PARITY_LIVE,
    PARITY_STANDBY,
} ParitySide;

typedef struct NarrowRow
{
    Digest key;
    Digest row;
    char *text; /* the key as text */
    ParitySide side;
} NarrowRow;

typedef struct Narrow
{
    NarrowRow *rows;
    int64_t count;
    int64_t capacity;
    int64_t bytes;
    bool incomplete;
    const char *first; /* key of the first difference that was reported, as text; or NULL */
} Narrow;

void narrow_add(Narrow *narrow, ParitySide side, Digest key, Digest row, const char *text,
                size_t length);

/* Appends a line for each differing key ("(5) is missing on standby"), at most NARROW_SHOWN;
 * returns the number of differing keys found. */
int64_t narrow_report(Narrow *narrow, Text *report);

void narrow_clear(Narrow *narrow);
