/*
 * Members of JSON objects, whatever they are made of: a text that is no UTF-8, a number that is
 * none and a value that is not there never make an object that cannot be printed.
 *
 *     json_t *swap = json_object();
 *     member_integer(swap, "attempts", 3);
 *     member_object(root, "swap", swap);
 *
 * Running out of memory ends the program.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

/* A JSON string, null for NULL.  JSON is UTF-8: what a server in another encoding said is shown as
 * far as it is ASCII. */
json_t *member_string(const char *text);

void member_text(json_t *object, const char *name, const char *text); /* null for NULL */
void member_integer(json_t *object, const char *name, int64_t value);
void member_real(json_t *object, const char *name, double value); /* null unless it is finite */
void member_flag(json_t *object, const char *name, bool value);

/* Takes the value over; NULL becomes null. */
void member_object(json_t *object, const char *name, json_t *value);

/* Appends to an array; takes the value over. */
void member_append(json_t *array, json_t *value);
