/*
 * Reads and moves the state of migrations.
 */
#include "model/journal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "model/home.h"
#include "model/pair.h"
#include "model/statement.h"

static const char *const phase_names[] = {
    [PHASE_BUILD] = "build",     [PHASE_CAPTURE] = "capture", [PHASE_COPY] = "copy",
    [PHASE_INDEX] = "index",     [PHASE_CATCHUP] = "catchup", [PHASE_VERIFY] = "verify",
    [PHASE_READY] = "ready",     [PHASE_SWAPPED] = "swapped", [PHASE_FINISHED] = "finished",
    [PHASE_ABORTED] = "aborted",
};

const char *
phase_name(Phase phase)
{
    return phase_names[phase];
}

static bool
phase_by_name(const char *name, Phase *phase, Error *error)
{
    for (*phase = PHASE_CAPTURE; *phase <= PHASE_ABORTED; (*phase)++)
        if (strcmp(phase_names[*phase], name) == 0)
            return true;
    return error_set(error, ERROR_FAULT, "unknown phase \"%s\" in the state of the migration",
                     name);
}

const char *
journal_end(const Migration *migration)
{
    return migration->phase == PHASE_SWAPPED ? "finish" : "abort";
}

static void
take_roles(Migration *migration, bool live_is_blue)
{
    migration->live_is_blue = live_is_blue;
    migration->live_colour = live_is_blue ? "blue" : "green";
    migration->standby_colour = live_is_blue ? "green" : "blue";
}

static bool
take_migration(Arena *arena, const Result *result, Migration *migration, Error *error)
{
    migration->id = result_get_int(result, 0, "id");
    snprintf(migration->id_text, sizeof(migration->id_text), "%" PRId64, migration->id);
    if (migration->epoch[0] == '\0')
        strcpy(migration->epoch, "0");
    take_roles(migration, strcmp(result_get(result, 0, "live"), "blue") == 0);
    migration->schema = arena_strdup(arena, result_get(result, 0, "schema_name"));
    migration->table = arena_strdup(arena, result_get(result, 0, "table_name"));
    migration->spec_hash = arena_strdup(arena, result_get(result, 0, "spec_hash"));
    migration->hold = result_get_bool(result, 0, "hold");
    migration->dual_write = result_get_bool(result, 0, "dual_write");
    migration->swapped_before = result_get_bool(result, 0, "swapped_before");
    migration->no_way_back = arena_strdup(arena, result_get(result, 0, "no_way_back"));
    return phase_by_name(result_get(result, 0, "phase"), &migration->phase, error);
}

static void
append_name(Text *list, const char *name)
{
    text_printf(list, "%s%s", list->length > 0 ? ", " : "", name);
}

void
journal_set_pairs(Arena *arena, Migration *migration, Pair *pairs, int count)
{
    Text label = {0}, oids = {0};

    migration->pairs = pairs;
    migration->pair_count = count;
    for_each_pair (pair, migration)
    {
        append_name(&label, pair->live);
        append_name(&oids, pair->live_oid);
    }
    migration->label = arena_strdup(arena, text_cstr(&label));
    migration->live_oids = arena_strdup(arena, text_cstr(&oids));
    text_clear(&label);
    text_clear(&oids);
}

void
journal_take_set(Migration *migration, const Pair *pair, int set)
{
    migration->pairs[pair - migration->pairs].set = set;
}

static bool
read_pairs(Conn *conn, Arena *arena, Migration *migration, Error *error)
{
    const Result *result =
        statement_run(conn, error, "pair_read", "migration", migration->id_text, NULL);
    int count;
    Pair *pairs;

    if (result == NULL)
        return false;
    count = result_rows(result);
    pairs = arena_alloc(arena, sizeof(Pair) * (size_t)(count + 1));
    for (int i = 0; i < count; i++)
        if (!pair_take(arena, result, i, migration, &pairs[i], error))
            return false;
    journal_set_pairs(arena, migration, pairs, count);
    return true;
}

bool
journal_reload(Conn *conn, Arena *arena, Migration *migration, Error *error)
{
    const Result *result =
        statement_run(conn, error, "migration_read", "migration", number(migration->id).text, NULL);
    const char *parameters;

    if (result == NULL)
        return false;
    if (result_rows(result) == 0)
        return error_set(error, ERROR_CHANGED, "migration %" PRId64 " no longer exists",
                         migration->id);
    parameters = arena_strdup(arena, result_get(result, 0, "parameters"));
    return take_migration(arena, result, migration, error) &&
           parameters_take(conn, arena, parameters, &migration->parameters, error) &&
           read_pairs(conn, arena, migration, error);
}

bool
journal_flip(Conn *conn, Arena *arena, const Migration *migration, Migration *flipped, Error *error)
{
    *flipped = *migration;
    take_roles(flipped, !migration->live_is_blue);
    return read_pairs(conn, arena, flipped, error);
}

bool
journal_load(Conn *conn, Arena *arena, int64_t id, Migration **migration, Error *error)
{
    Migration *loaded = arena_alloc(arena, sizeof(Migration));

    loaded->id = id;
    *migration = loaded;
    return journal_reload(conn, arena, loaded, error);
}

Migration *
journal_foreign(Arena *arena, const char *id, const char *colour, const char *oid,
                const char *table)
{
    Migration *migration = arena_alloc(arena, sizeof(Migration));
    Pair *pair = arena_alloc(arena, sizeof(Pair));

    *migration = (Migration){.is_foreign = true, .phase = PHASE_CAPTURE};
    take_roles(migration, strcmp(colour, "blue") == 0);
    snprintf(migration->id_text, sizeof(migration->id_text), "%s", id);
    *pair = (Pair){.migration = migration,
                   .live_oid = arena_strdup(arena, oid),
                   .live = arena_strdup(arena, table),
                   .standby_oid = arena_strdup(arena, "0")};
    journal_set_pairs(arena, migration, pair, 1);
    return migration;
}

bool
journal_number(Conn *conn, int64_t *id, Error *error)
{
    const Result *result = statement_run(conn, error, "migration_number", NULL);

    if (result == NULL)
        return false;
    *id = result_get_int(result, 0, "id");
    return true;
}

bool
journal_create(Conn *conn, Arena *arena, const Table *table, const Spec *spec,
               const Parameters *parameters, int64_t id, Error *error)
{
    const char *origin = home_origin(conn, arena, error);

    return origin != NULL &&
           statement_do(conn, error, "migration_create", "migration", number(id).text, "schema",
                        table->schema, "table", table->name, "spec", spec->json, "spec_hash",
                        spec->hash, "parameters", parameters->json, "origin", origin, NULL);
}

static bool
add_objects(Conn *conn, int64_t id, int pair, const Shape *shape, Error *error)
{
    for (int i = 0; i < shape->object_count; i++)
        if (!statement_do(conn, error, "object_create", "migration", number(id).text, "pair",
                          number(pair).text, "ordinal", number(i + 1).text, "kind",
                          shape->objects[i].kind, "name", shape->objects[i].name, "statement",
                          shape->objects[i].statement, "unique_columns",
                          shape->objects[i].unique_columns, "unique_predicate",
                          shape->objects[i].unique_predicate, NULL))
            return false;
    return true;
}

bool
journal_add_pair(Conn *conn, Arena *arena, int64_t id, int pair, const Table *table,
                 const Shape *shape, Error *error)
{
    return (shape->no_way_back == NULL ||
            statement_do(conn, error, "migration_no_way_back", "migration", number(id).text,
                         "reason", shape->no_way_back, NULL)) &&
           statement_do(conn, error, "pair_create", "migration", number(id).text, "pair",
                        number(pair).text, "schema", table->schema, "table", table->name, "blue",
                        table->oid, "green", shape->green, "mapping",
                        mapping_to_json(arena, &shape->mapping), "reverse",
                        shape->no_way_back == NULL ? mapping_to_json(arena, &shape->reverse) : NULL,
                        "fingerprint", description_to_json(arena, &shape->live), "expected",
                        description_to_json(arena, &shape->expected), "rows_estimated",
                        number(table->rows_estimated).text, NULL) &&
           add_objects(conn, id, pair, shape, error);
}

const char *
journal_host(char buffer[JOURNAL_HOST_SIZE])
{
    memset(buffer, 0, JOURNAL_HOST_SIZE);
    return gethostname(buffer, JOURNAL_HOST_SIZE - 1) == 0 ? buffer : NULL;
}

bool
journal_take_lease(Conn *conn, Migration *migration, Error *error)
{
    char host[JOURNAL_HOST_SIZE];
    const Result *result =
        statement_run(conn, error, "lease_take", "migration", migration->id_text, "host",
                      journal_host(host), "pid", number(getpid()).text, NULL);

    if (result == NULL)
        return false;
    snprintf(migration->epoch, sizeof(migration->epoch), "%" PRId64,
             result_get_int(result, 0, "epoch"));
    return true;
}

bool
journal_move(Conn *conn, Migration *migration, Phase to, Error *error)
{
    if (!statement_do(conn, error, "phase_move", "migration", migration->id_text, "from",
                      phase_name(migration->phase), "to", phase_name(to), "epoch", migration->epoch,
                      NULL))
        return false;
    migration->phase = to;
    return true;
}

bool
journal_move_and_commit(Conn *conn, Migration *migration, Phase to, Error *error)
{
    Phase from = migration->phase;

    if (journal_move(conn, migration, to, error) && statement_do(conn, error, "commit", NULL))
        return true;
    migration->phase = from;
    return false;
}

bool
journal_note(Conn *conn, const Migration *migration, int64_t backlog, const char *waiting_for,
             const char *problem, Error *error)
{
    return migration->is_foreign ||
           statement_do(conn, error, "migration_note", "migration", migration->id_text, "backlog",
                        backlog >= 0 ? number(backlog).text : "NULL", "waiting_for", waiting_for,
                        "error", problem, NULL);
}

bool
journal_pause(Conn *conn, const Migration *migration, const char **pause, Error *error)
{
    const Result *result =
        statement_run(conn, error, "flags_read", "migration", migration->id_text, NULL);

    if (result != NULL)
        *pause = result_rows(result) > 0 ? result_get(result, 0, "pause") : NULL;
    return result != NULL;
}
