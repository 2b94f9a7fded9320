/*
 * The templates as the build put them into the program.  Only template.c reads this, and its
 * tests; everything else asks sql/template.h.
 */
#pragma once

typedef struct EmbeddedTemplate
{
    const char *name; /* without ".sql" */
    const char *text; /* the file, byte for byte */
} EmbeddedTemplate;

/* Sorted by name; the last entry's name is NULL. */
extern const EmbeddedTemplate embedded_templates[];
