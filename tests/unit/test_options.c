/*
 * The command line and the environment as options; and what was meant by an unknown word.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/command.h"
#include "cmd/exit_codes.h"
#include "cmd/option_rows.h"
#include "cmd/options.h"
#include "cmd/suggest.h"
#include "ui/log.h"

static Arena *arena;
static Options options;
static Error error;

static int
setup(void **state)
{
    (void)state;
    arena = arena_new();
    error = ERROR_INIT;
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    error_clear(&error);
    arena_free(arena);
    return clearenv();
}

/* Reads "word word …" as the arguments of a command. */
static bool
read_line(const char *command, unsigned bit, const char *line)
{
    char *argv[20] = {arena_strdup(arena, command)};
    int argc = 1;

    for (char *word = strtok(arena_strdup(arena, line), " "); word != NULL;
         word = strtok(NULL, " "))
        argv[argc++] = word;
    error_clear(&error);
    return options_read(arena, command, bit, argc, argv, &options, &error);
}

static void
accepts(const char *line)
{
    if (!read_line("run", COMMAND_RUN, line))
        fail_msg("%s: %s", line, error.message);
}

static void
refuses(const char *line, const char *message)
{
    assert_false(read_line("run", COMMAND_RUN, line));
    assert_int_equal(error.kind, ERROR_FAULT);
    assert_string_equal(error.message, message);
}

static void
test_kinds(void **state)
{
    (void)state;
    accepts("t --alter a --alter b -a c --jobs 3 --drain-keys=70000000000 --lock-timeout 2s -v");
    assert_string_equal(options.table, "t");
    assert_string_equal(options.alters[0], "a");
    assert_string_equal(options.alters[2], "c");
    assert_null(options.alters[3]);
    assert_int_equal(options.settings.jobs, 3);
    assert_true(options.settings.drain_keys == 70000000000);
    assert_int_equal(options.settings.lock_timeout, 2000);
    assert_true(options.verbose);
    assert_false(options.json);
    accepts("--old-snapshots=ignore --until=ready --force=publication --matviews=refresh "
            "--log-format json");
    assert_int_equal(options.settings.old_snapshots, OLD_SNAPSHOTS_IGNORE);
    assert_true(options.until_ready && options.settings.force_publication &&
                options.settings.refresh_matviews);
    assert_int_equal(options.log_format, LOG_JSON);
    accepts("--log-format=text");
    assert_int_equal(options.log_format, LOG_TEXT);
    accepts("-?");
    assert_true(options.help);
    accepts("--help");
    assert_true(options.help);
}

static void
test_wrong_values(void **state)
{
    (void)state;
    refuses("--jobs=0", "option --jobs: \"0\" is not a number from 1 to 1000");
    refuses("-j 1001", "option --jobs: \"1001\" is not a number from 1 to 1000");
    refuses("--drain-keys=1x", "option --drain-keys: \"1x\" is not a number from 1 on");
    refuses("--lock-timeout=0", "option --lock-timeout: \"0\" is not longer than 0");
    refuses("--chunk-time=soon", "option --chunk-time: invalid duration \"soon\"");
    refuses("--until=readyish", "option --until: invalid value \"readyish\"");
    refuses("--old-snapshots=strict|ignore",
            "option --old-snapshots: invalid value \"strict|ignore\"");
    refuses("--json=on", "option --json takes no value");
    refuses("--alter", "option --alter needs a value");
    refuses("-a", "option --alter needs a value");
    refuses("--nix", "there is no option --nix");
    refuses("-x", "there is no option -x");
    refuses("t u", "too many arguments, from \"u\" on");
}

static void
test_commands(void **state)
{
    (void)state;
    assert_false(read_line("status", COMMAND_STATUS, "--alter=x"));
    assert_string_equal(error.message, "status does not take option --alter");
    assert_string_equal(error.hint, "\"pgswap status --help\" lists the options.");
    assert_false(read_line("status", COMMAND_STATUS, "-a"));
    assert_string_equal(error.message, "status does not take option --alter");
    assert_false(read_line("finish", COMMAND_FINISH, "--hold"));
    assert_true(read_line("finish", COMMAND_FINISH, "--keep=1d"));
    refuses("--keep=1d", "run does not take option --keep");
}

/* The first error is told, and whether to tell it in JSON is read to the end. */
static void
test_first_error(void **state)
{
    (void)state;
    refuses("--nix --jobs=0 --json", "there is no option --nix");
    assert_true(options.json);
}

static void
test_environment(void **state)
{
    (void)state;
    setenv("PGSWAP_JOBS", "5", 1);
    setenv("PGSWAP_ALTER", "x", 1);
    setenv("PGSWAP_KEEP", "nonsense", 1); /* no option of run */
    setenv("PGSWAP_HOOK_PHASE", "ready", 1);
    setenv("PGSWAP_UNTIL", "", 1); /* as if it were not set */
    setenv("PGSWAP_QUIET", "on", 1);
    setenv("PGSWAP_VERBOSE", "false", 1);
    accepts("");
    assert_int_equal(options.settings.jobs, 5);
    assert_string_equal(options.alters[0], "x");
    assert_false(options.until_ready);
    assert_true(options.quiet);
    assert_false(options.verbose);
    accepts("--jobs=6 --alter=y");
    assert_int_equal(options.settings.jobs, 6);
    assert_string_equal(options.alters[0], "y");
    assert_null(options.alters[1]);
}

static void
test_wrong_environment(void **state)
{
    (void)state;
    setenv("PGSWAP_LOCK_TIMEOUT", "zzz", 1);
    refuses("", "PGSWAP_LOCK_TIMEOUT: invalid duration \"zzz\"");
    accepts("--lock-timeout=1s");
    unsetenv("PGSWAP_LOCK_TIMEOUT");
    setenv("PGSWAP_TABLES", "t", 1);
    setenv("PGSWAP_JSON", "1", 1);
    refuses("", "there is no option for environment variable PGSWAP_TABLES");
    assert_true(options.json);
    unsetenv("PGSWAP_TABLES");
    setenv("PGSWAP_JSON", "yes", 1);
    refuses("", "PGSWAP_JSON: invalid value \"yes\"");
}

/* What holds if nothing is given. */
static void
test_presets(void **state)
{
    (void)state;
    accepts("");
    assert_int_equal(options.settings.jobs, 2);
    assert_int_equal(options.settings.chunk_time, 500);
    assert_int_equal(options.settings.chunk_blocks, 0);
    assert_int_equal(options.settings.lag_grace, 60000);
    assert_int_equal(options.settings.lock_timeout, 250);
    assert_int_equal(options.settings.max_lock_hold, 1000);
    assert_int_equal(options.settings.swap_deadline, 600000);
    assert_int_equal(options.settings.retry_pause, 60000);
    assert_int_equal(options.settings.blocker_age, 1000);
    assert_int_equal(options.settings.converge_deadline, 3600000);
    assert_int_equal(options.settings.drain_keys, 1000);
    assert_int_equal(options.settings.old_snapshots, OLD_SNAPSHOTS_WAIT);
    assert_int_equal(options.settings.cancel_blockers, 0);
    assert_int_equal(options.reconnect, 60000);
    assert_int_equal(options.follow, 0);
    assert_int_equal(options.log_format, LOG_TEXT);
}

/* Each row is whole, and no two rows have a name, a letter or a field in common. */
static void
test_rows(void **state)
{
    (void)state;
    for (int i = 0; i < option_count; i++)
    {
        const OptionRow *row = &option_rows[i];

        assert_non_null(row->help);
        assert_int_equal(row->kind == OPTION_HEADING, row->name == NULL);
        if (row->kind == OPTION_HEADING)
            continue;
        assert_int_not_equal(row->commands, 0);
        assert_int_equal(row->kind == OPTION_FLAG, row->value == NULL);
        for (int j = 0; j < i; j++)
        {
            if (option_rows[j].kind == OPTION_HEADING)
                continue;
            assert_string_not_equal(row->name, option_rows[j].name);
            assert_true(row->offset != option_rows[j].offset);
            assert_true(row->letter == 0 || row->letter != option_rows[j].letter);
        }
    }
}

static void
test_command_rows(void **state)
{
    unsigned bits = 0;

    (void)state;
    for (int i = 0; i < command_count; i++)
    {
        assert_int_equal(bits & commands[i].bit, 0);
        bits |= commands[i].bit;
        assert_ptr_equal(command_find(commands[i].name, &error), &commands[i]);
    }
    assert_int_equal(bits, COMMAND_ALL);
    assert_null(command_find("resume", &error));
    assert_non_null(strstr(error.hint, "pgswap continue"));
    assert_int_equal(exit_code_count, ERROR_HOOK + 1);
    for (int i = 0; i < exit_code_count; i++)
        assert_non_null(exit_codes[i].brief);
}

static void
test_suggest(void **state)
{
    static const char *const words[] = {"run", "status", "finish", "swap", "continue", NULL};

    (void)state;
    assert_string_equal(suggest("rnu", words), "run");
    assert_string_equal(suggest("stat", words), "status");
    assert_string_equal(suggest("finsh", words), "finish");
    assert_string_equal(suggest("swpa", words), "swap");
    assert_string_equal(suggest("resume", words), "continue");
    assert_null(suggest("quux", words));
    assert_null(suggest("", words));
    assert_null(suggest("a-word-that-is-longer-than-any-command", words));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_kinds, setup, teardown),
        cmocka_unit_test_setup_teardown(test_wrong_values, setup, teardown),
        cmocka_unit_test_setup_teardown(test_commands, setup, teardown),
        cmocka_unit_test_setup_teardown(test_first_error, setup, teardown),
        cmocka_unit_test_setup_teardown(test_environment, setup, teardown),
        cmocka_unit_test_setup_teardown(test_wrong_environment, setup, teardown),
        cmocka_unit_test_setup_teardown(test_presets, setup, teardown),
        cmocka_unit_test_setup_teardown(test_rows, setup, teardown),
        cmocka_unit_test_setup_teardown(test_command_rows, setup, teardown),
        cmocka_unit_test_setup_teardown(test_suggest, setup, teardown),
    };
    return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
