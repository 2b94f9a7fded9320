/*
 * The probe: an empty table with blue's columns, on which the server parses the user's expressions
 * and spells them out in terms of blue's own column names.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "model/parameters.h"
#include "pg/await.h"

/* A column of a table as the mapping needs it; see templates/table/columns.sql. */
typedef struct Column
{
    int attnum;
    char *name;
    char *type;
    char *cast_type; /* the type as it is to be written in a CAST */
    char *type_oid;  /* as text, ready for a template; so are the next two */
    char *type_modifier;
    char *collation;
    char *type_identity; /* equal for equal type, modifier and collation */
    bool not_null;
    bool generated;
    bool identity;
    bool domain_default;
    char *default_expression;
    char *next_value; /* of the column's own sequence, for serial and identity; else NULL */
    bool has_binary_form;
} Column;

typedef struct ColumnList
{
    int count;
    Column *items;
} ColumnList;

/* The columns of a table; their defaults as sessions with these parameters read them. */
bool columns_read(Conn *conn, Arena *arena, const Parameters *parameters, const char *oid,
                  ColumnList *list, Error *error) ERROR_MUST_CHECK;
const Column *columns_by_name(const ColumnList *list, const char *name);
const Column *columns_by_attnum(const ColumnList *list, int attnum);

/* Whether both are generated, but by expressions that are spelled differently: the value of one
 * says nothing of the other's. */
bool columns_generate_apart(const Column *one, const Column *other);

/* What the server says of an expression. */
typedef struct Expression
{
    char *text;           /* its own spelling, for sessions with the same parameters */
    char *undetermined;   /* why the row does not determine its value, or NULL */
    bool session_format;  /* its value depends on parameters such as TimeZone */
    bool calls_functions; /* of the user's, which may do so, too */
} Expression;

typedef struct Probe
{
    Conn *conn;
    Arena *arena;
    const Parameters *parameters; /* that expressions are read with */
    const char *schema;           /* of its own */
    const char *name;             /* as the application's table, for expressions that name it */
    char *oid;
    int expressions; /* parsed so far */
} Probe;

/* Makes the probe in a schema of that name, like the source (quoted, qualified). */
bool probe_open(Probe *probe, Conn *conn, Arena *arena, const Parameters *parameters,
                const char *schema, const char *source, const char *name, Error *error)
    ERROR_MUST_CHECK;

/* Gives the probe's columns the names that those of another table have now; paired by attnum
 * (green) or by position (blue). */
bool probe_take_names(Probe *probe, const char *oid, bool by_attnum, Error *error) ERROR_MUST_CHECK;

/* Parses an expression; *policy is the name it is kept under, for probe_read(). */
bool probe_parse(Probe *probe, const char *expression, char **policy, Error *error)
    ERROR_MUST_CHECK;

bool probe_read(Probe *probe, const char *policy, Expression *expression, Error *error)
    ERROR_MUST_CHECK;

/* True if the expression needs no other columns than those; key_columns is a list "k.a", "k.b". */
bool probe_ask_over(Probe *probe, const char *expression, const char *key_columns, bool *holds,
                    Error *error) ERROR_MUST_CHECK;

/* True if the expression can be assigned to a column of that type. */
bool probe_ask_assigns(Probe *probe, const char *expression, const char *type, bool *holds,
                       Error *error) ERROR_MUST_CHECK;

bool probe_close(Probe *probe, Error *error) ERROR_MUST_CHECK;
