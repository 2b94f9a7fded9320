/*
 * What appears on stderr: log lines as text, in colour and as JSON; progress on a terminal (a
 * pseudo-terminal of its own) and elsewhere.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>
#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "ui/line.h"
#include "ui/log.h"
#include "ui/member.h"
#include "ui/progress.h"

static int saved_stderr;
static int capture_fd; /* what was written to stderr is read from here */
static char captured[8192];

static void
redirect(int fd)
{
    saved_stderr = dup(STDERR_FILENO);
    assert_true(saved_stderr >= 0);
    assert_true(dup2(fd, STDERR_FILENO) >= 0);
}

static void
capture_file(void)
{
    FILE *file = tmpfile();
    assert_non_null(file);
    capture_fd = dup(fileno(file));
    fclose(file);
    redirect(capture_fd);
}

/* Gives stderr a terminal with so many columns. */
static void
capture_terminal(unsigned short columns)
{
    struct winsize size = {.ws_row = 24, .ws_col = columns};
    struct termios settings;

    capture_fd = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
    assert_true(capture_fd >= 0);
    assert_int_equal(grantpt(capture_fd), 0);
    assert_int_equal(unlockpt(capture_fd), 0);

    int terminal = open(ptsname(capture_fd), O_RDWR | O_NOCTTY);
    assert_true(terminal >= 0);
    assert_int_equal(tcgetattr(terminal, &settings), 0);
    cfmakeraw(&settings);
    assert_int_equal(tcsetattr(terminal, TCSANOW, &settings), 0);
    assert_int_equal(ioctl(terminal, TIOCSWINSZ, &size), 0);
    redirect(terminal);
    close(terminal);
}

/* Reads what was written since the start or the last call. */
static const char *
read_captured(void)
{
    size_t length = 0;
    ssize_t got;

    fflush(stderr);
    while ((got = read(capture_fd, captured + length, sizeof(captured) - 1 - length)) > 0)
        length += (size_t)got;
    captured[length] = '\0';
    return captured;
}

static const char *
capture_end(void)
{
    fflush(stderr);
    if (!isatty(STDERR_FILENO))
        lseek(capture_fd, 0, SEEK_SET);
    read_captured();
    dup2(saved_stderr, STDERR_FILENO);
    close(saved_stderr);
    close(capture_fd);
    return captured;
}

static int
setup(void **state)
{
    (void)state;
    unsetenv("NO_COLOR");
    unsetenv("PG_COLOR");
    unsetenv("PG_COLORS");
    setenv("TERM", "xterm", 1);
    log_setup(LOG_INFO, LOG_TEXT);
    progress_set_interval(30000);
    progress_setup(false);
    return 0;
}

static void
test_log_text(void **state)
{
    (void)state;
    capture_file();
    log_debug("unseen");
    log_info("copied %d rows", 7);
    log_warning("slow");
    log_warning_hint("no index", "Create one.");
    log_warning_hint("alone", NULL);
    assert_string_equal(capture_end(), "pgswap: copied 7 rows\n"
                                       "pgswap: warning: slow\n"
                                       "pgswap: warning: no index\n"
                                       "pgswap: hint: Create one.\n"
                                       "pgswap: warning: alone\n");
}

static void
test_log_levels(void **state)
{
    (void)state;
    capture_file();
    log_setup(LOG_DEBUG, LOG_TEXT);
    log_debug("details");
    log_setup(LOG_ERROR, LOG_TEXT);
    log_info("unseen");
    log_warning("seen");
    assert_string_equal(capture_end(), "pgswap: debug: details\npgswap: warning: seen\n");
}

static void
test_log_error(void **state)
{
    (void)state;
    Error error = ERROR_INIT;

    capture_file();
    log_error(&error);
    error_set(&error, ERROR_STATEMENT, "integer out of range");
    log_error(&error);
    memcpy(error.sqlstate, "22003", sizeof(error.sqlstate));
    error_detail(&error, "Row 5.");
    error_hint(&error, "Use bigint.");
    log_error(&error);
    error_clear(&error);
    assert_string_equal(capture_end(), "pgswap: error: integer out of range\n"
                                       "pgswap: error: integer out of range (SQLSTATE 22003)\n"
                                       "pgswap: detail: Row 5.\n"
                                       "pgswap: hint: Use bigint.\n");
}

/* The message "x" as a warning, seen through this environment. */
static const char *
warning_with(const char *pg_color, const char *pg_colors, const char *no_color)
{
    setup(NULL);
    if (pg_color != NULL)
        setenv("PG_COLOR", pg_color, 1);
    if (pg_colors != NULL)
        setenv("PG_COLORS", pg_colors, 1);
    if (no_color != NULL)
        setenv("NO_COLOR", no_color, 1);
    capture_file();
    log_warning("x");
    return capture_end();
}

static void
test_log_colors(void **state)
{
    (void)state;
    const char *colored = "\033[01mpgswap: \033[0m\033[01;35mwarning: \033[0mx\n";
    const char *plain = "pgswap: warning: x\n";

    assert_string_equal(warning_with("always", NULL, NULL), colored);
    assert_string_equal(warning_with("always", NULL, ""), colored);
    assert_string_equal(warning_with("always", NULL, "1"), plain);
    assert_string_equal(warning_with("auto", NULL, NULL), plain);
    assert_string_equal(warning_with("never", NULL, NULL), plain);
    assert_string_equal(warning_with("always", "error=31:warning=33", NULL),
                        "pgswap: \033[33mwarning: \033[0mx\n");
    assert_string_equal(warning_with("always", "", NULL), plain);
    assert_string_equal(warning_with("always", "warnings=33:warn=1", NULL), plain);

    setup(NULL);
    setenv("PG_COLOR", "auto", 1);
    capture_terminal(80);
    log_warning("x");
    assert_string_equal(capture_end(), colored);
}

static json_t *
parse_line(const char *text)
{
    json_t *object = json_loads(text, 0, NULL);

    assert_non_null(object);
    assert_non_null(strchr(text, '\n'));
    assert_string_equal(strchr(text, '\n'), "\n"); /* one line */
    return object;
}

static void
assert_member(const json_t *object, const char *name, const char *value)
{
    const json_t *member = json_object_get(object, name);

    if (value == NULL)
        assert_null(member);
    else
        assert_string_equal(json_string_value(member), value);
}

static void
test_log_json(void **state)
{
    (void)state;
    Error error = ERROR_INIT;

    log_setup(LOG_INFO, LOG_JSON);
    error_set(&error, ERROR_STATEMENT, "say \"hi\"\nthere grün");
    memcpy(error.sqlstate, "22003", sizeof(error.sqlstate));
    error_hint(&error, "h");
    capture_file();
    log_error(&error);
    error_clear(&error);

    json_t *object = parse_line(capture_end());
    const char *time = json_string_value(json_object_get(object, "time"));

    assert_non_null(time);
    assert_int_equal(strlen(time), strlen("2026-02-03T04:05:06.789Z"));
    assert_member(object, "level", "error");
    assert_member(object, "message", "say \"hi\"\nthere grün");
    assert_member(object, "sqlstate", "22003");
    assert_member(object, "hint", "h");
    assert_member(object, "detail", NULL);
    json_decref(object);
}

/* A server in LATIN1 may send bytes that are not UTF-8. */
static void
test_log_json_bad_utf8(void **state)
{
    (void)state;
    log_setup(LOG_INFO, LOG_JSON);
    capture_file();
    log_info("gr%cn", 0xFC);

    json_t *object = parse_line(capture_end());
    assert_member(object, "level", "info");
    assert_member(object, "message", "gr?n");
    assert_member(object, "sqlstate", NULL);
    json_decref(object);
}

static void
test_count_format(void **state)
{
    (void)state;
    char buffer[40];

    assert_string_equal(count_format(buffer, 0), "0");
    assert_string_equal(count_format(buffer, 999), "999");
    assert_string_equal(count_format(buffer, 1000), "1,000");
    assert_string_equal(count_format(buffer, 1234567), "1,234,567");
    assert_string_equal(count_format(buffer, -123456), "-123,456");
    assert_string_equal(count_format(buffer, INT64_MIN), "-9,223,372,036,854,775,808");
}

/* Expected values are what pg_size_pretty() of PostgreSQL 15 says. */
static void
test_bytes_format(void **state)
{
    (void)state;
    static const struct
    {
        int64_t bytes;
        const char *text;
    } cases[] = {
        {0, "0 bytes"},
        {10239, "10239 bytes"},
        {10240, "10 kB"},
        {10752, "11 kB"},
        {10751, "10 kB"},
        {-10240, "-10 kB"},
        {10485247, "10239 kB"},
        {10485248, "10 MB"},
        {3758096384, "3584 MB"},
        {INT64_C(10736893952), "10 GB"},
        {INT64_C(1099511627776), "1024 GB"},
        {INT64_C(10994579406848), "10 TB"},
        {INT64_MAX, "8192 PB"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
    {
        char buffer[40];

        assert_string_equal(bytes_format(buffer, cases[i].bytes), cases[i].text);
    }
}

static const ProgressView view = {.phase = "copy",
                                  .done = 6200000,
                                  .total = 10000000,
                                  .unit = "rows",
                                  .note = "backlog 120 keys",
                                  .rate = 310000};

static void
assert_line(const ProgressView *shown, int columns, const char *expected)
{
    Text line = {0};

    progress_format(&line, shown, columns);
    assert_string_equal(text_cstr(&line), expected);
    text_clear(&line);
}

static void
test_progress_format(void **state)
{
    (void)state;
    assert_line(&view, 200,
                "copy  [##############----------] 62%  6,200,000 of 10,000,000 rows"
                "  310,000 rows/s  0:12 left  backlog 120 keys");
    assert_line(&view, 110,
                "copy  [########------] 62%  6,200,000 of 10,000,000 rows"
                "  310,000 rows/s  0:12 left  backlog 120 keys");
    assert_line(&view, 80, "copy  [########------] 62%  6,200,000 of 10,000,000 rows  0:12 left");
    assert_line(&view, 90,
                "copy  [########------] 62%  6,200,000 of 10,000,000 rows"
                "  0:12 left  backlog 120 keys");
    assert_line(&view, 40, "copy  [########------] 62%  0:12 left");
    assert_line(&view, 25, "copy  62%  0:12 left");
    assert_line(&view, 12, "copy  62%");
    assert_line(&view, 4, "cop");
    assert_line(&view, 1, "");
    assert_line(&view, 0, "");
}

/* Why nothing goes on stands in the place of rate and time left, and has room before them. */
static void
test_progress_format_held(void **state)
{
    (void)state;
    ProgressView shown = view;

    shown.stalled = "paused";
    assert_line(&shown, 200,
                "copy  [##############----------] 62%  6,200,000 of 10,000,000 rows  paused"
                "  backlog 120 keys");
    assert_line(&shown, 70, "copy  [########------] 62%  6,200,000 of 10,000,000 rows  paused");
    assert_line(&shown, 40, "copy  [########------] 62%  paused");
    assert_line(&shown, 20, "copy  62%  paused");
}

static void
test_progress_format_unknown(void **state)
{
    (void)state;
    ProgressView shown = view;

    shown.total = 0;
    assert_line(&shown, 80, "copy  6,200,000 rows  310,000 rows/s  backlog 120 keys");
    shown.rate = 0;
    shown.note = NULL;
    assert_line(&shown, 80, "copy  6,200,000 rows");
    shown.total = 6200000;
    shown.rate = 5;
    assert_line(&shown, 70, "copy  [##############] 100%  6,200,000 of 6,200,000 rows  5 rows/s");
    shown.total = 1; /* a bad estimate */
    assert_line(&shown, 30, "copy  [##############] 100%");
    shown = (ProgressView){.phase = "a", .total = 7323, .unit = "b", .rate = 1};
    assert_line(&shown, 70, "a  [------------------------] 0%  0 of 7,323 b  1 b/s  2:02:03 left");
}

/* Whatever the width: the line is shorter, and no character is cut in two. */
static void
test_progress_never_wraps(void **state)
{
    (void)state;
    ProgressView shown = view;

    shown.phase = "größe";
    for (int columns = 2; columns < 150; columns++)
    {
        Text line = {0};
        int width = 0;

        progress_format(&line, &shown, columns);
        for (size_t i = 0; i < line.length; i++)
            width += ((unsigned char)line.data[i] & 0xC0) != 0x80;
        assert_true(width < columns);
        assert_int_equal(strlen(line.data), line.length);

        json_t *valid = json_string(line.data); /* NULL unless it is UTF-8 */
        assert_non_null(valid);
        json_decref(valid);
        text_clear(&line);
    }
}

static void
test_progress_terminal(void **state)
{
    (void)state;
    capture_terminal(30);
    progress_show("copy", 1, 4, "rows", NULL);
    assert_string_equal(read_captured(), "");

    progress_setup(true);
    progress_show("copy", 1, 4, "rows", NULL);
    assert_string_equal(read_captured(), "\rcopy  [###-----------] 25%\033[K");
    progress_show("copy", 2, 4, "rows", NULL); /* too soon to draw again */
    assert_string_equal(read_captured(), "");
    log_info("note");
    assert_string_equal(read_captured(), "\r\033[Kpgswap: note\n");
    log_info("more");
    assert_string_equal(read_captured(), "pgswap: more\n");
    progress_show("copy", 4, 4, "rows", NULL);
    assert_string_equal(read_captured(), "\rcopy  [##############] 100%\033[K");
    progress_show("index", 0, 0, "keys", "x");
    assert_string_equal(read_captured(), "\rindex  0 keys  x\033[K");
    progress_end();
    assert_string_equal(read_captured(), "\r\033[K");
    line_hide();
    assert_string_equal(capture_end(), "");
}

static void
test_progress_redraws(void **state)
{
    const char *text;

    (void)state;
    capture_terminal(24);
    progress_setup(true);
    progress_show("copy", 0, 100, "rows", NULL);
    read_captured();
    usleep(120 * 1000);
    progress_show("copy", 1, 100, "rows", NULL);
    text = strstr(read_captured(), "\rcopy  1%  ");
    assert_non_null(text);
    assert_true(isdigit((unsigned char)text[11])); /* the time that is left */
    progress_end();
    capture_end();
}

static void
test_progress_dumb_terminal(void **state)
{
    (void)state;
    setenv("TERM", "dumb", 1);
    capture_terminal(80);
    progress_set_interval(0);
    progress_setup(true);
    progress_show("copy", 1, 4, "rows", "x");
    progress_end();
    assert_string_equal(capture_end(), "pgswap: copy  25%  1 of 4 rows  x\n");
}

static void
test_progress_plain(void **state)
{
    (void)state;
    capture_file();
    progress_set_interval(1500);
    progress_setup(true);
    progress_show("copy", 1, 4, "rows", NULL); /* nothing before the interval is over */
    usleep(1600 * 1000);
    progress_show("index", 2, 4, "rows", NULL);
    progress_show("index", 3, 4, "rows", NULL);
    progress_show("index", 4, 4, "rows", NULL);
    line_hide();
    progress_end();
    assert_string_equal(capture_end(), "pgswap: index  50%  2 of 4 rows\n");
}

static void
test_progress_json(void **state)
{
    (void)state;
    capture_terminal(80);
    log_setup(LOG_INFO, LOG_JSON);
    progress_set_interval(0);
    progress_setup(true);
    progress_show("copy", 1, 4, "rows", NULL);
    progress_end();

    json_t *object = parse_line(capture_end());
    assert_member(object, "message", "copy  25%  1 of 4 rows");
    json_decref(object);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

/* What JSON cannot hold never makes an object that cannot be printed. */
static void
test_members(void **state)
{
    json_t *object = json_object();
    char *text;

    (void)state;
    member_text(object, "latin1",
                "Stra\xdf"
                "e");
    member_text(object, "none", NULL);
    member_real(object, "nan", NAN);
    member_real(object, "infinite", -INFINITY);
    member_integer(object, "large", INT64_MAX);
    member_object(object, "nothing", NULL);
    text = json_dumps(object, JSON_COMPACT);
    assert_string_equal(text, "{\"latin1\":\"Stra?e\",\"none\":null,\"nan\":null,\"infinite\":"
                              "null,\"large\":9223372036854775807,\"nothing\":null}");
    free(text);
    json_decref(object);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members),  TEST(test_log_text),
        TEST(test_log_levels),           TEST(test_log_error),
        TEST(test_log_colors),           TEST(test_log_json),
        TEST(test_log_json_bad_utf8),    TEST(test_count_format),
        TEST(test_bytes_format),         TEST(test_progress_format),
        TEST(test_progress_format_held), TEST(test_progress_format_unknown),
        TEST(test_progress_never_wraps), TEST(test_progress_terminal),
        TEST(test_progress_redraws),     TEST(test_progress_dumb_terminal),
        TEST(test_progress_plain),       TEST(test_progress_json),
    };

    return cmocka_run_group_tests_name("ui", tests, NULL, NULL);
}
