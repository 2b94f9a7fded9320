/*
 * What to do when the disk is full: the application comes first.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "tool/context.h"

/*
 * Takes a megabyte of the disk that standby is on, to be given up first: without a page or two even
 * emptying a table fails.  Kept until the copy is whole.
 */
bool diskfull_reserve(Context *context, const Pair *pair, Error *error) ERROR_MUST_CHECK;
bool diskfull_give_up_reserve(Context *context, const Pair *pair, Error *error) ERROR_MUST_CHECK;

/*
 * If the error is that the disk is full (SQLSTATE 53100): gives back what a copy that is not whole
 * has made, in a transaction of its own, and adds to the error what that gave, what the application
 * suffers, and how to go on.  A table that is whole stays, as does the old one after the swap.
 */
void diskfull_give_back(Context *context, Error *error);
