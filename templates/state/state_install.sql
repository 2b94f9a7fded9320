-- Makes the schema of the state, which belongs to the owner of the tables, so that it and its members work in it and
-- nobody else; who monitors may read. Plain tables that psql and a dashboard can read, and no sequence, which a
-- publication FOR ALL SEQUENCES would publish. Lock: none on anything of the application.
CREATE SCHEMA :state AUTHORIZATION :"owner";
SET LOCAL ROLE :"owner";
COMMENT ON SCHEMA :state IS 'state of pgswap: migrations of tables while they are in use';

CREATE TABLE :state.version (version integer PRIMARY KEY, last_migration bigint NOT NULL DEFAULT 0);
INSERT INTO :state.version VALUES (:version, :first);

CREATE TABLE :state.migration (
    id bigint PRIMARY KEY,
    schema_name text NOT NULL,
    table_name text NOT NULL,
    phase text NOT NULL CHECK (phase IN ('capture', 'copy', 'index', 'catchup', 'verify', 'ready', 'swapped', 'finished', 'aborted')),
    live text NOT NULL DEFAULT 'blue' CHECK (live IN ('blue', 'green')),
    spec jsonb NOT NULL,
    spec_hash text NOT NULL,
    parameters jsonb NOT NULL,
    origin text NOT NULL,
    waiting_for text,
    backlog bigint NOT NULL DEFAULT 0,
    rows_copied bigint,
    throttled jsonb NOT NULL DEFAULT '{}',
    paused boolean NOT NULL DEFAULT false,
    paused_at timestamptz,
    paused_by text,
    paused_from text,
    hold boolean NOT NULL DEFAULT false,
    dual_write boolean NOT NULL DEFAULT false,
    dual_write_since timestamptz,
    no_way_back text,
    revert_problem text,
    revert_problem_since timestamptz,
    swap_xid xid8,
    swap jsonb NOT NULL DEFAULT '{}',
    error text,
    started_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz
);
COMMENT ON TABLE :state.migration IS 'one row per migration; phase moves in the transaction of the work it describes';
COMMENT ON COLUMN :state.migration.origin IS 'system identifier and OID of the database in which it began; another one: it came here with a dump';
COMMENT ON COLUMN :state.migration.dual_write IS 'capture writes both tables, or may have done so in a transaction that is under way';
COMMENT ON COLUMN :state.migration.throttled IS 'seconds for which each signal has held it up';
COMMENT ON COLUMN :state.migration.parameters IS 'what values are computed with, as a session of the role had it when the migration began';

CREATE TABLE :state.lease (
    migration bigint PRIMARY KEY REFERENCES :state.migration ON DELETE CASCADE,
    epoch bigint NOT NULL,
    role text NOT NULL,
    host text,
    pid integer NOT NULL,
    since timestamptz NOT NULL,
    backend integer NOT NULL,
    backend_start timestamptz
);
COMMENT ON TABLE :state.lease IS 'who may write: every run takes the next epoch, every working transaction checks it; host and pid: of the program, backend: its session';

CREATE TABLE :state.pair (
    migration bigint NOT NULL REFERENCES :state.migration ON DELETE CASCADE,
    pair integer NOT NULL,
    schema_name text NOT NULL,
    table_name text NOT NULL,
    blue oid NOT NULL,
    green oid NOT NULL,
    mapping jsonb NOT NULL,
    reverse jsonb,
    fingerprint jsonb NOT NULL,
    expected jsonb NOT NULL,
    rows_estimated bigint NOT NULL,
    row_marks text,
    keys_proven bigint NOT NULL DEFAULT 0,
    proven_at timestamptz,
    blue_set integer NOT NULL DEFAULT 1,
    green_set integer NOT NULL DEFAULT 1,
    PRIMARY KEY (migration, pair)
);
COMMENT ON TABLE :state.pair IS 'blue, green and the mapping between them; fingerprint: what live must look like; expected: what must come out of the swap; keys_proven: applied after the tables were compared, and looked at again; blue_set, green_set: where capture writes keys while that one is live';

CREATE TABLE :state.heap (
    migration bigint NOT NULL,
    pair integer NOT NULL,
    heap oid NOT NULL,
    filenode oid NOT NULL,
    blocks bigint NOT NULL,
    PRIMARY KEY (migration, pair, heap),
    FOREIGN KEY (migration, pair) REFERENCES :state.pair ON DELETE CASCADE
);
COMMENT ON TABLE :state.heap IS 'what is to be copied, as it was when the copy began: a table, or each partition of one';

CREATE TABLE :state.chunk (
    migration bigint NOT NULL,
    pair integer NOT NULL,
    heap oid NOT NULL,
    first_block bigint NOT NULL,
    end_block bigint NOT NULL,
    rows bigint NOT NULL,
    done_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (migration, pair, heap, first_block),
    FOREIGN KEY (migration, pair, heap) REFERENCES :state.heap ON DELETE CASCADE
);
COMMENT ON TABLE :state.chunk IS 'blocks of a heap that are copied: first_block up to, not including, end_block';

CREATE TABLE :state.object (
    migration bigint NOT NULL,
    pair integer NOT NULL,
    ordinal integer NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    statement text NOT NULL,
    unique_columns text,
    unique_predicate text,
    done boolean NOT NULL DEFAULT false,
    PRIMARY KEY (migration, pair, ordinal),
    FOREIGN KEY (migration, pair) REFERENCES :state.pair ON DELETE CASCADE
);
COMMENT ON TABLE :state.object IS 'indexes, constraints and what belongs to them, taken off green for the load and made again after it';

CREATE TABLE :state.parity (
    migration bigint NOT NULL,
    pair integer NOT NULL,
    state text NOT NULL CHECK (state IN ('clean', 'different')),
    rows_compared bigint NOT NULL,
    rows_different bigint NOT NULL,
    live text NOT NULL,
    finished_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (migration, pair),
    FOREIGN KEY (migration, pair) REFERENCES :state.pair ON DELETE CASCADE
);
COMMENT ON TABLE :state.parity IS 'the last parity pass of each pair';

CREATE TABLE :state.event (
    migration bigint NOT NULL REFERENCES :state.migration ON DELETE CASCADE,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    kind text NOT NULL,
    detail jsonb NOT NULL DEFAULT '{}'
);
ALTER TABLE :state.event REPLICA IDENTITY FULL;
CREATE INDEX event_migration_at_idx ON :state.event (migration, at);
COMMENT ON TABLE :state.event IS 'the course of a migration: phases, restarts, attempts to swap';

CREATE FUNCTION :state.require(holds boolean, state text, message text, detail text DEFAULT NULL)
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF holds IS NOT TRUE THEN
        RAISE EXCEPTION USING ERRCODE = state, MESSAGE = message, DETAIL = coalesce(detail, '');
    END IF;
END $$;
COMMENT ON FUNCTION :state.require IS 'fails the transaction unless the condition holds';

CREATE FUNCTION :state.require_table(name text, expected oid)
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF to_regclass(name) IS DISTINCT FROM expected THEN
        RAISE EXCEPTION USING ERRCODE = 'PS003',
            MESSAGE = format('%s is not the table that the migration works on', name);
    END IF;
END $$;
COMMENT ON FUNCTION :state.require_table IS 'fails the transaction if another table bears the name by now';

CREATE FUNCTION :state.is_proven(migration_id bigint, pair_number integer)
RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog, :state, pg_temp AS $$
    SELECT CASE m.live WHEN 'blue' THEN y.state IS NOT DISTINCT FROM 'clean'
                       ELSE y.state IS DISTINCT FROM 'different' END
      FROM migration m
      LEFT JOIN parity y ON y.migration = m.id AND y.pair = pair_number AND y.live = m.live
       AND (m.swap->>'swapped_at' IS NULL OR y.finished_at > (m.swap->>'swapped_at')::timestamptz)
     WHERE m.id = migration_id
$$;
COMMENT ON FUNCTION :state.is_proven IS 'whether both tables were found equal since the last swap; after a swap they are, unless a comparison has found otherwise';

CREATE FUNCTION :state.fit(value anyelement, fits boolean, column_name text)
RETURNS anyelement LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF fits IS NOT TRUE THEN
        RAISE EXCEPTION USING ERRCODE = '22003', COLUMN = column_name,
            MESSAGE = format('a value does not fit column "%s"', column_name);
    END IF;
    RETURN value;
END $$;
COMMENT ON FUNCTION :state.fit IS 'the value, or an error if it would be rounded or cut off';

CREATE FUNCTION :state.require_lease(migration_id bigint, run_epoch bigint)
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, :state, pg_temp AS $$
BEGIN
    PERFORM FROM lease WHERE migration = migration_id AND epoch = run_epoch FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PS002', MESSAGE = 'another pgswap has taken over this migration';
    END IF;
END $$;
COMMENT ON FUNCTION :state.require_lease IS 'fails the transaction of a run that is not the newest any more';

CREATE FUNCTION :state.dual_write_until(until timestamptz, migration_id bigint)
RETURNS bigint LANGUAGE plpgsql SET search_path = pg_catalog, :state, pg_temp SET TimeZone = 'UTC' SET DateStyle = 'ISO, YMD' AS $$
DECLARE
    definition text;
    functions bigint = 0;
BEGIN
    PERFORM FROM migration WHERE id = migration_id FOR NO KEY UPDATE; -- who replaces them at this moment comes first
    FOR definition IN
        SELECT pg_get_functiondef(p.oid) FROM pg_proc p JOIN pg_class c ON c.oid = 'migration'::regclass AND c.relnamespace = p.pronamespace
         WHERE p.proname ~ ('^capture_' || migration_id || '_') AND strpos(p.prosrc, '/* until */') > 0
    LOOP
        EXECUTE regexp_replace(definition, '/\* until \*/ ''[^'']*''', format('/* until */ %L', until));
        functions = functions + 1;
    END LOOP;
    RETURN functions;
END $$;
COMMENT ON FUNCTION :state.dual_write_until IS 'how long capture goes on writing both tables; after that it writes keys to the change log';

CREATE FUNCTION :state.stop_dual_write()
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, :state, pg_temp AS $$
DECLARE
    stopped bigint;
BEGIN
    FOR stopped IN
        UPDATE migration SET paused = true, paused_at = now(), paused_by = session_user, paused_from = 'stop_dual_write()', updated_at = now()
         WHERE dual_write AND finished_at IS NULL RETURNING id
    LOOP
        PERFORM dual_write_until('-infinity', stopped);
    END LOOP;
END $$;
COMMENT ON FUNCTION :state.stop_dual_write IS 'ends it at once: capture writes keys to the change log again, and the migrations are paused';

GRANT USAGE ON SCHEMA :state TO pg_monitor;
GRANT SELECT ON ALL TABLES IN SCHEMA :state TO pg_monitor;
