/*
 * The way back, column by column: what becomes of the old table's columns when the new one is live,
 * and of what there is none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/reverse.h"
#include "scene.h"

typedef struct Play
{
    Scene *scene;
    const char *no_cast;   /* type to which nothing can be assigned */
    bool key_needs_others; /* the old key is not over the new one's columns */
    bool key_collides;     /* its cast makes different values one */
    bool zone_decides;     /* whether it does so depends on the time zone, … */
    bool zone_is_fixed;    /* … which is such a one */
    bool no_equality;      /* the types have none */

    /* the change of a table (id integer, c …) */
    Column blue[2], green[2];
    MapColumn columns[2];
    MapKey key;
    Spec spec;
    Shape shape;
} Play;

static void
answer(void *context, const char *statement, Reply *reply)
{
    const Play *play = context;

    if (strstr(statement, "pgswap_assign (value") != NULL)
    {
        if (play->no_cast != NULL && strstr(statement, play->no_cast) != NULL)
            reply_fails(reply, "42804", "cannot cast");
    }
    else if (strstr(statement, "VIEW \"probe\".pgswap_try") != NULL && play->key_needs_others)
        reply_fails(reply, "42703", "there is no such column");
    else if (strstr(statement, "AS distinct_stays") != NULL)
        reply_row(reply, "distinct_stays", play->key_collides ? "f" : "t", "zone_decides",
                  play->zone_decides ? "t" : "f", NULL);
    else if (strstr(statement, "AS fixed") != NULL)
        reply_row(reply, "fixed", play->zone_is_fixed ? "t" : "f", NULL);
    else if (strstr(statement, "AS equality") != NULL && !play->no_equality)
        reply_row(reply, "equality", "OPERATOR(pg_catalog.=)", NULL);
}

static Arena *arena; /* of the test */

static char *
text(const char *literal)
{
    return arena_strdup(arena, literal);
}

static Column
column(const char *name, const char *type)
{
    return (Column){.name = text(name),
                    .type = text(type),
                    .cast_type = text(type),
                    .type_oid = text("1"),
                    .type_modifier = text("-1"),
                    .collation = text("0"),
                    .type_identity = text(type),
                    .has_binary_form = true};
}

static MapColumn
continues(const char *source, const char *type, const char *expression)
{
    return (MapColumn){.name = text(source),
                       .type = text(type),
                       .expression = text(expression),
                       .compared = text(expression),
                       .source = text(source),
                       .binary = true};
}

/* The key stays as it is; column c goes from one type to another by a cast. */
static int
setup(void **state)
{
    Play *play = scene_play(sizeof(*play), answer);

    arena = play->scene->arena;
    play->blue[0] = play->green[0] = column("id", "integer");
    play->blue[1] = column("c", "integer");
    play->green[1] = column("c", "bigint");
    play->columns[0] = continues("id", "integer", "id");
    play->columns[1] = continues("c", "bigint", "(c)::bigint");
    play->key = (MapKey){.live = text("id"),
                         .live_type = text("integer"),
                         .live_equality = text("="),
                         .standby = text("id"),
                         .standby_type = text("integer"),
                         .standby_equality = text("="),
                         .expression = text("id")};
    *state = play;
    return 0;
}

static const Mapping *
derive(Play *play)
{
    Scene *scene = play->scene;
    Probe probe = {.conn = scene->context.control,
                   .arena = arena,
                   .parameters = &scene->migration.parameters,
                   .schema = "probe",
                   .name = "t"};
    ColumnList blue = {2, play->blue}, green = {2, play->green};

    play->shape = (Shape){
        .mapping = {
            .columns = play->columns, .column_count = 2, .keys = &play->key, .key_count = 1}};
    if (!reverse_derive(&probe, &play->spec, &blue, &green, &play->shape, &scene->error))
        fail_msg("%s", scene->error.message);
    return &play->shape.reverse;
}

static void
assert_no_way_back(Play *play, const char *word)
{
    derive(play);
    assert_non_null(play->shape.no_way_back);
    if (strstr(play->shape.no_way_back, word) == NULL)
        fail_msg("%s", play->shape.no_way_back);
}

/* Of two types, as the mapping and the tables have them. */
static void
retype(Play *play, int i, const char *from, const char *to)
{
    const char *name = play->blue[i].name;

    play->blue[i] = column(name, from);
    play->green[i] = column(name, to);
    play->columns[i] = continues(name, to, arena_printf(arena, "(%s)::%s", name, to));
}

static void
drop(Play *play)
{
    play->columns[1] = (MapColumn){.name = text("other"), .type = text("text")};
    play->green[1] = column("other", "text");
}

/* ---- columns ---- */

static void
what_is_unchanged_goes_back_as_it_is(void **state)
{
    Play *play = *state;
    const MapColumn *id = &derive(play)->columns[0];

    assert_null(play->shape.no_way_back);
    assert_string_equal(id->expression, "\"id\"");
    assert_string_equal(id->compared, "\"id\"");
    assert_null(id->agreed);
}

/* A value that the old type would round or cut off is an error, and not another value. */
static void
what_was_cast_is_cast_back_if_it_fits(void **state)
{
    Play *play = *state;
    const MapColumn *c = &derive(play)->columns[1];

    assert_null(play->shape.no_way_back);
    assert_string_equal(c->compared, "CAST(\"c\" AS integer)");
    assert_non_null(strstr(c->expression, "pgswap.fit(CAST(\"c\" AS integer), "));
    assert_non_null(strstr(c->expression, "CAST(CAST(\"c\" AS integer) AS bigint) "
                                          "OPERATOR(pg_catalog.=) \"c\""));
    assert_null(c->agreed); /* integers lose nothing */
}

static void
a_type_without_equality_is_compared_as_text(void **state)
{
    Play *play = *state;

    retype(play, 1, "json", "jsonb");
    play->no_equality = true;
    assert_non_null(strstr(derive(play)->columns[1].expression,
                           "CAST(CAST(CAST(\"c\" AS json) AS jsonb) AS pg_catalog.text) "
                           "OPERATOR(pg_catalog.=) CAST(\"c\" AS pg_catalog.text)"));
}

/* 1.25 is 1.3 in the new table, and 1.3 when it comes back: both ways agree on what the change
 * makes of either. */
static void
what_loses_something_is_compared_as_both_ways_agree(void **state)
{
    Play *play = *state;
    const MapColumn *back;

    retype(play, 1, "numeric", "numeric(9,1)");
    back = &derive(play)->columns[1];
    assert_string_equal(back->agreed, "CAST(CAST(\"c\" AS numeric) AS numeric(9,1))");
    assert_string_equal(back->agreed_standby, "CAST(\"c\" AS numeric(9,1))");
    assert_string_equal(play->columns[1].agreed, back->agreed_standby);
    assert_string_equal(play->columns[1].agreed_standby, back->agreed);
}

static void
there_is_no_cast_back(void **state)
{
    Play *play = *state;

    play->no_cast = "integer";
    assert_no_way_back(play, "column c cannot be cast back");
}

/* With USING or --map it is not the type that tells how to go back. */
static void
an_expression_does_not_tell_how_to_go_back(void **state)
{
    Play *play = *state;

    play->columns[1].expression = text("(c + 1)::bigint");
    assert_no_way_back(play, "column c comes from an expression");
}

static void
what_is_generated_is_not_written(void **state)
{
    Play *play = *state;
    const MapColumn *c;

    play->blue[1].generated = play->green[1].generated = true;
    play->blue[1].default_expression = play->green[1].default_expression = text("id * 2");
    c = &derive(play)->columns[1];
    assert_null(play->shape.no_way_back);
    assert_null(c->expression);
    assert_non_null(c->compared);
    play->green[1].default_expression = text("id * 3"); /* another value, which tells nothing */
    assert_null(derive(play)->columns[1].compared);
}

/* ---- dropped columns ---- */

static void
a_dropped_column_keeps_what_it_holds(void **state)
{
    Play *play = *state;
    const Mapping *reverse;

    drop(play);
    reverse = derive(play);
    assert_null(play->shape.no_way_back);
    assert_int_equal(reverse->kept_count, 1);
    assert_string_equal(reverse->kept[0], "c");
    assert_string_equal(reverse->columns[1].expression, "NULL"); /* of a new row */
    assert_null(reverse->columns[1].compared);
}

static void
a_new_row_gets_the_default_of_a_dropped_column(void **state)
{
    Play *play = *state;

    drop(play);
    play->blue[1].not_null = true;
    play->blue[1].default_expression = text("7");
    assert_string_equal(derive(play)->columns[1].expression, "7");
    play->blue[1].next_value = text("nextval('s')");
    assert_string_equal(derive(play)->columns[1].expression, "nextval('s')");
    assert_null(play->shape.no_way_back);
}

static void
a_dropped_column_that_must_have_a_value(void **state)
{
    Play *play = *state;

    drop(play);
    play->blue[1].not_null = true;
    assert_no_way_back(play, "dropped column c is NOT NULL and has no default");
}

/* ---- the key ---- */

static void
the_key_is_exchanged(void **state)
{
    Play *play = *state;
    const MapKey *key;

    play->key.live_type = text("text COLLATE \"C\"");
    key = &derive(play)->keys[0];
    assert_string_equal(key->live, "id");
    assert_string_equal(key->live_type, "integer");
    assert_string_equal(key->standby_type, "text COLLATE \"C\"");
    assert_string_equal(key->expression, "\"id\"");
}

/* A key that the old type cannot hold has no row there: it matches none, and is no error. */
static void
a_key_past_the_old_type(void **state)
{
    Play *play = *state;
    const char *expression;

    retype(play, 0, "integer", "bigint");
    expression = derive(play)->keys[0].expression;
    assert_null(play->shape.no_way_back);
    assert_non_null(strstr(expression, "CASE WHEN \"id\" OPERATOR(pg_catalog.>=) -2147483648 AND"));
    assert_non_null(strstr(expression, "OPERATOR(pg_catalog.<=) 2147483647 THEN CAST(\"id\" AS "
                                       "integer) END"));
    retype(play, 0, "smallint", "bigint");
    assert_non_null(strstr(derive(play)->keys[0].expression, "-32768"));
}

static void
two_keys_would_become_one(void **state)
{
    Play *play = *state;

    retype(play, 0, "integer", "bigint");
    play->key_collides = true;
    assert_no_way_back(play, "key column id cannot be converted back");
}

/* 01:30 comes twice on one night of the year, unless the zone has no such night. */
static void
the_time_zone_decides(void **state)
{
    Play *play = *state;

    retype(play, 0, "timestamp without time zone", "timestamp with time zone");
    play->zone_decides = true;
    assert_no_way_back(play, "key column id");
    play->zone_is_fixed = true;
    derive(play);
    assert_null(play->shape.no_way_back);
}

static void
the_old_key_needs_other_columns(void **state)
{
    Play *play = *state;

    play->key_needs_others = true;
    assert_no_way_back(play, "columns of the new key alone");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, scene_end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_unchanged_goes_back_as_it_is),
        TEST(what_was_cast_is_cast_back_if_it_fits),
        TEST(a_type_without_equality_is_compared_as_text),
        TEST(what_loses_something_is_compared_as_both_ways_agree),
        TEST(there_is_no_cast_back),
        TEST(an_expression_does_not_tell_how_to_go_back),
        TEST(what_is_generated_is_not_written),
        TEST(a_dropped_column_keeps_what_it_holds),
        TEST(a_new_row_gets_the_default_of_a_dropped_column),
        TEST(a_dropped_column_that_must_have_a_value),
        TEST(the_key_is_exchanged),
        TEST(a_key_past_the_old_type),
        TEST(two_keys_would_become_one),
        TEST(the_time_zone_decides),
        TEST(the_old_key_needs_other_columns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
