/*
 * The line of progress: what it says, where it fits, and when it is drawn.
 */
#include "ui/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "ui/line.h"
#include "ui/log.h"
#include "ui/wrap.h"

enum
{
    REDRAW_MS = 100, /* on a terminal; more often nobody can read it */
    INTERVAL_MS = 30000
};

/* What a line holds, from the most to the least that can be left out. */
enum
{
    PART_BAR = 1,
    PART_COUNTS = 2,
    PART_RATE = 4,
    PART_REST = 8, /* or why there is none */
    PART_NOTE = 16,
    PART_ALL = 31,
};

static bool is_enabled;
static int64_t interval_ms = INTERVAL_MS;
static int64_t shown_at;

/* The phase that runs: its first call is where rate and rest are counted from. */
static char *phase_name;
static int64_t phase_began;
static int64_t phase_first;

/* Why nothing goes on, and since when: that time does not count. */
static const char *stalled_by;
static int64_t stalled_since;

const char *
count_format(char buffer[40], int64_t count)
{
    char digits[24];
    int length = snprintf(digits, sizeof(digits), "%lld", (long long)count);
    int used = 0;

    for (int i = 0; i < length; i++)
    {
        buffer[used++] = digits[i];
        if (digits[i] != '-' && i + 1 < length && (length - i - 1) % 3 == 0)
            buffer[used++] = ',';
    }
    buffer[used] = '\0';
    return buffer;
}

/* As pg_size_pretty: a unit serves up to 20 times the next one, rounded half up. */
const char *
bytes_format(char buffer[40], int64_t bytes)
{
    static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB", "PB"};
    int unit = 0;

    if (bytes > -10240 && bytes < 10240)
    {
        snprintf(buffer, 40, "%lld bytes", (long long)bytes);
        return buffer;
    }
    bytes /= 512; /* from here on in halves of a unit */
    unit = 1;
    while (unit < 5 && (bytes <= -20479 || bytes >= 20479))
    {
        bytes /= 1024;
        unit++;
    }
    snprintf(buffer, 40, "%lld %s", (long long)((bytes + (bytes < 0 ? -1 : 1)) / 2), units[unit]);
    return buffer;
}

/* "0:12", "1:02:03" */
static void
put_rest(Text *line, double seconds)
{
    int64_t rest = (int64_t)(seconds + 0.5);
    int64_t hours = rest / 3600;

    if (hours > 0)
        text_printf(line, "%lld:%02lld:%02lld", (long long)hours, (long long)(rest / 60 % 60),
                    (long long)(rest % 60));
    else
        text_printf(line, "%lld:%02lld", (long long)(rest / 60), (long long)(rest % 60));
    text_append(line, " left");
}

static void
put_bar(Text *line, const ProgressView *view, int cells)
{
    double share = (double)view->done / (double)view->total;
    int full = share >= 1 ? cells : share > 0 ? (int)(share * cells) : 0;

    text_append_char(line, '[');
    for (int i = 0; i < cells; i++)
        text_append_char(line, i < full ? '#' : '-');
    text_append(line, "] ");
}

/* A total may be an estimate and too low; more than all cannot be done. */
static int
percent(const ProgressView *view)
{
    double share = (double)view->done / (double)view->total;

    return share >= 1 ? 100 : (int)(100 * share);
}

static void
put_counts(Text *line, const ProgressView *view)
{
    char done[40];
    char total[40];

    count_format(done, view->done);
    if (view->total > 0)
        text_printf(line, "  %s of %s %s", done, count_format(total, view->total), view->unit);
    else
        text_printf(line, "  %s %s", done, view->unit);
}

static void
put_parts(Text *line, const ProgressView *view, unsigned parts, int cells)
{
    char rate[40];

    text_reset(line);
    text_append(line, view->phase);
    if (view->total > 0)
    {
        text_append(line, "  ");
        if (parts & PART_BAR)
            put_bar(line, view, cells);
        text_printf(line, "%d%%", percent(view));
    }
    if (parts & PART_COUNTS)
        put_counts(line, view);
    if ((parts & PART_REST) && view->stalled != NULL)
        text_printf(line, "  %s", view->stalled);
    if ((parts & PART_RATE) && view->rate > 0 && view->stalled == NULL)
        text_printf(line, "  %s %s/s", count_format(rate, (int64_t)(view->rate + 0.5)), view->unit);
    if ((parts & PART_REST) && view->rate > 0 && view->total > view->done && view->stalled == NULL)
    {
        text_append(line, "  ");
        put_rest(line, (double)(view->total - view->done) / view->rate);
    }
    if ((parts & PART_NOTE) && view->note != NULL)
        text_printf(line, "  %s", view->note);
}

/* The longest beginning that has room. */
static void
cut_columns(Text *line, int columns)
{
    size_t end = 0;

    while (end < line->length && wrap_width(line->data, end + 1) <= columns)
        end++;
    line->length = end;
    line->data[end] = '\0';
}

void
progress_format(Text *line, const ProgressView *view, int columns)
{
    static const struct
    {
        unsigned parts;
        int cells;
    } steps[] = {
        {PART_ALL, 24},
        {PART_ALL, 14},
        {PART_ALL & ~PART_RATE, 14},
        {PART_BAR | PART_COUNTS | PART_REST, 14},
        {PART_BAR | PART_REST, 14},
        {PART_REST, 0},
        {0, 0},
    };

    for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++)
    {
        put_parts(line, view, steps[i].parts, steps[i].cells);
        if (wrap_width(line->data, line->length) < columns)
            return;
    }
    cut_columns(line, columns > 1 ? columns - 1 : 0);
}

/* The bar needs a terminal that can move its cursor, and stderr to itself. */
static bool
is_terminal(void)
{
    const char *term = getenv("TERM");

    return log_format() == LOG_TEXT && isatty(STDERR_FILENO) && term != NULL &&
           strcmp(term, "dumb") != 0;
}

void
progress_setup(bool enabled)
{
    progress_end();
    is_enabled = enabled;
    shown_at = clock_ms();
}

void
progress_set_interval(int64_t milliseconds)
{
    interval_ms = milliseconds;
}

/* Notes where a new phase begins.  True if it is one. */
static bool
enter_phase(const char *phase, int64_t done, int64_t now)
{
    if (phase_name != NULL && strcmp(phase_name, phase) == 0)
        return false;
    free(phase_name);
    phase_name = strdup(phase);
    if (phase_name == NULL)
        abort();
    phase_began = now;
    phase_first = done;
    return true;
}

static void
draw(const ProgressView *view)
{
    Text line = {0};

    progress_format(&line, view, wrap_columns(STDERR_FILENO));
    line_draw(text_cstr(&line));
    text_clear(&line);
}

static void
print(const ProgressView *view)
{
    Text line = {0};

    put_parts(&line, view, PART_ALL & ~PART_BAR, 0);
    log_info("%s", text_cstr(&line));
    text_clear(&line);
}

void
progress_show(const char *phase, int64_t done, int64_t total, const char *unit, const char *note)
{
    if (!is_enabled)
        return;

    int64_t now = clock_ms();
    bool on_terminal = is_terminal();
    bool is_new = enter_phase(phase, done, now);
    bool is_last = total > 0 && done == total;

    if (on_terminal ? !is_new && !is_last && now - shown_at < REDRAW_MS
                    : now - shown_at < interval_ms)
        return;
    shown_at = now;

    ProgressView view = {.phase = phase,
                         .done = done,
                         .total = total,
                         .unit = unit,
                         .note = note,
                         .stalled = stalled_by};
    if (now > phase_began)
        view.rate = (double)(done - phase_first) * 1000.0 / (double)(now - phase_began);

    if (on_terminal)
        draw(&view);
    else
        print(&view);
}

void
progress_stalled(const char *why)
{
    if (stalled_by == NULL && why != NULL)
        stalled_since = clock_ms();
    else if (stalled_by != NULL && why == NULL)
        phase_began += clock_ms() - stalled_since;
    stalled_by = why;
}

void
progress_end(void)
{
    line_hide();
    free(phase_name);
    phase_name = NULL;
    stalled_by = NULL;
}
