/*
 * Both sides are read one after the other on the control connection: a round is small beside the
 * table.
 */
#include "tool/proof.h"

#include "base/clock.h"
#include "model/pair.h"
#include "model/statement.h"
#include "sql/template.h"
#include "tool/apart.h"
#include "tool/compare.h"
#include "tool/keys.h"

enum
{
    BUCKETS = 1024,
    BY_INDEX =
        10000, /* keys, at most, that are found by index whatever the planner knows of ours */
    MEASURE_FROM = 500, /* keys that tell how long one takes, round trips aside */
    GUESS_US = 20,      /* for one, before any told */
};

typedef struct Proof
{
    Context *context;
    const Pair *pair;
    Arena *arena;
    Compare *compare;
} Proof;

static const char *
side_sql(const Proof *proof, ParitySide side, Error *error)
{
    const Pair *p = proof->pair;
    const char *fields = compare_fields(proof->compare, proof->arena, side);

    if (side == PARITY_LIVE)
        return pair_render(proof->arena, p, error, "proof_live", "fields", fields, NULL);
    return pair_render(proof->arena, p, error, "proof_standby", "fields", fields, NULL);
}

static bool
read_side(Proof *proof, ParitySide side, Error *error)
{
    CompareReader reader;
    const char *sql = side_sql(proof, side, error);
    bool ok;

    compare_reader_init(&reader, proof->compare, side);
    ok = sql != NULL && await_copy(proof->context->control, sql, compare_sink, &reader, error);
    return compare_reader_end(&reader, error) && ok;
}

static bool
read_both(void *data, Error *error)
{
    return read_side(data, PARITY_LIVE, error) && read_side(data, PARITY_STANDBY, error);
}

bool
proof_here(Context *context, const Pair *pair, int64_t keys, Error *error)
{
    Arena *arena = arena_new();
    Proof proof = {context, pair, arena, compare_new(arena, pair, false, BUCKETS)};
    bool ok =
        compare_run(proof.compare, read_both, &proof, error) &&
        apart_check(context, proof.compare, error) && compare_require_equal(proof.compare, error) &&
        pair_do(context->control, pair, error, "proof_clear", "count", number(keys).text, NULL);

    compare_clear(proof.compare);
    arena_free(arena);
    return ok;
}

bool
proof_count(Context *context, const Pair *pair, int64_t *keys, Error *error)
{
    const Result *result = pair_run(context->control, pair, error, "proof_count", NULL);

    if (result == NULL)
        return false;
    *keys = result_get_bool(result, 0, "truncated") ? 0 : result_get_int(result, 0, "keys");
    return true;
}

bool
proof_gather(Context *context, const Pair *pair, int64_t *keys, Error *error)
{
    return keys_compact(context, pair, error) && proof_count(context, pair, keys, error);
}

int64_t
proof_cost(const Context *context, int64_t keys)
{
    return keys * (context->us_per_proof > 0 ? context->us_per_proof : GUESS_US) / 1000;
}

bool
proof_run(Context *context, const Pair *pair, Error *error)
{
    int64_t keys, started = clock_us();

    if (!proof_count(context, pair, &keys, error))
        return false;
    if (keys == 0)
        return true;
    if (context_begin_snapshot(context, pair, error) &&
        (keys > BY_INDEX ||
         statement_do(context->control, error, "other_plans", "allowed", "off", NULL)) &&
        proof_gather(context, pair, &keys, error) &&
        (keys == 0 || proof_here(context, pair, keys, error)) &&
        statement_do(context->control, error, "commit", NULL))
    {
        context->summary.keys_proven += keys;
        if (keys >= MEASURE_FROM)
            context->us_per_proof = (clock_us() - started) / keys;
        return true;
    }
    statement_rollback(context->control);
    return false;
}

bool
proof_ask_due(Context *context, bool *left, Error *error)
{
    for_each_pair (pair, context->migration)
    {
        const Result *result = pair_run(context->control, pair, error, "proof_left", NULL);

        if (result == NULL)
            return false;
        *left = result_get_bool(result, 0, "unproven");
        if (*left)
            return true;
    }
    *left = false;
    return true;
}
