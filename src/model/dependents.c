/*
 * The statements that move what hangs on a table.
 */
#include "model/dependents.h"

#include "model/statement.h"

const Result *
dependents_read(Conn *conn, Arena *arena, const char *live, const Mapping *mapping,
                const char *path, const char *tower, const char *there, const char *away,
                const char *earlier, Error *error)
{
    return statement_run(conn, error, "dependents", "path", path, "oid", live, "mapped",
                         mapping_rows(arena, mapping), "dropped", mapping->dropped, "tower", tower,
                         "there", there, "away", away, "earlier", earlier, NULL);
}
