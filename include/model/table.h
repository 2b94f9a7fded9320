/*
 * Facts about a table, read from the catalog: who owns it, how big it is, which key it has.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "pg/await.h"

typedef struct KeyColumn
{
    char *name;
    char *type;     /* as format_type writes it, with COLLATE if it is not the type's own */
    char *equality; /* the operator of the key's index, schema-qualified: OPERATOR(pg_catalog.=) */
} KeyColumn;

typedef struct Table
{
    char *oid; /* as text, ready for a template */
    char *schema;
    char *name;
    char *qualified; /* as the server spells it: public.big, quoted where need be; for messages, too
                      */
    char kind;       /* pg_class.relkind */
    int64_t rows_estimated;
    int64_t table_bytes; /* with toast */
    int64_t index_bytes;
    char *key_index; /* name of the index the key stands on, or NULL: no usable key */
    int key_count;
    KeyColumn *key;
} Table;

/*
 * Finds a table by the text the user typed ([schema.]name, quoted as in SQL): only oid, schema,
 * name and qualified are set.  It takes no lock, and so works whatever others do to the table.
 * ERROR_FAULT for bad syntax and an unknown table.
 */
bool table_locate(Conn *conn, Arena *arena, const char *text, Table *table, Error *error)
    ERROR_MUST_CHECK;

/* Finds a table as above and reads its facts. */
bool table_find(Conn *conn, Arena *arena, const char *text, Table *table, Error *error)
    ERROR_MUST_CHECK;

/* OID as text of a relation by exact schema and name; NULL without an error if there is none. */
bool table_oid(Conn *conn, Arena *arena, const char *schema, const char *name, char **oid,
               Error *error) ERROR_MUST_CHECK;
