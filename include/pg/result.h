/*
 * What a command returned.  Always borrowed: valid until the next command on the same connection.
 *
 * A command text with several statements has several results; all functions here speak of the last
 * one, except result_affected_at().  A field is found by the name of its column: a name that the
 * result does not have is a fault of ours and ends the program with a message.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef struct Result Result;

int result_rows(const Result *result);

/* The value as text; NULL for a null value. */
const char *result_get(const Result *result, int row, const char *column);

/* The value as a number; 0 for null.  The text must be a number. */
int64_t result_get_int(const Result *result, int row, const char *column);

/* True for 't'; false for 'f' and null. */
bool result_get_bool(const Result *result, int row, const char *column);

/* Rows that the last statement, or statement number index (from 0), inserted, changed, deleted. */
int64_t result_affected(const Result *result);
int64_t result_affected_at(const Result *result, int index);
