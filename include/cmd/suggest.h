/*
 * Which word was meant by one that is not known.
 */
#pragma once

/* The nearest of the words (NULL-terminated), or the one that is called so in other programs; NULL
 * if none is near. */
const char *suggest(const char *typed, const char *const *words);
