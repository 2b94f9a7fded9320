#!/usr/bin/env bash
# uv_run(loop, UV_RUN_ONCE) of libuv 1.44 runs the timers that are due first and looks for events then, for as long as the
# next timer leaves it: the callback of a timer does not make it return.  Whoever waits in a loop for a flag that such a
# callback sets (while (!done) uv_run(loop, UV_RUN_ONCE)) sees the flag only when something else happens: here, when a
# second timer comes due half a second later.  An idle handle that stops itself in its callback does make it return.
#
# Debian's libuv1 1.44.2-1+deb12u1.  Guessed before the run: first, that it returns once a callback has run, as its name
# says; then, having seen the timer, that an idle handle does no better.  Seen: the timer's flag after 500 ms, the idle
# handle's at once.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get -qq download libuv1=1.44.2-1+deb12u1 libuv1-dev=1.44.2-1+deb12u1 2>/dev/null
for package in ./*.deb; do dpkg -x "$package" root; done
library=$(dirname "$(find root -name 'libuv.so.1')")
cat >once.c <<'C'
#include <stdio.h>
#include <uv.h>

static int done;

static void on_timer(uv_timer_t *timer)
{
    (void)timer;
    done = 1;
}

static void on_idle(uv_idle_t *idle)
{
    done = 1;
    uv_idle_stop(idle);
}

static void on_late(uv_timer_t *timer)
{
    (void)timer;
}

int main(void)
{
    for (int with_idle = 0; with_idle < 2; with_idle++)
    {
        uv_loop_t loop;
        uv_timer_t soon, late;
        uv_idle_t idle;

        uv_loop_init(&loop);
        uv_timer_init(&loop, &late);
        uv_timer_start(&late, on_late, 500, 0);
        uv_timer_init(&loop, &soon);
        uv_idle_init(&loop, &idle);
        if (with_idle)
            uv_idle_start(&idle, on_idle);
        else
            uv_timer_start(&soon, on_timer, 0, 0);
        done = 0;
        uint64_t start = uv_hrtime();
        while (!done)
            uv_run(&loop, UV_RUN_ONCE);
        printf("%s %s %s\n", uv_version_string(), with_idle ? "idle" : "timer",
               (uv_hrtime() - start) / 1000000 >= 400 ? "late" : "at once");
    }
    return 0;
}
C
cc -o once once.c -Iroot/usr/include -L"$library" -l:libuv.so.1
output=$(LD_LIBRARY_PATH=$library ./once)
echo "$output"
if [ "$output" = "1.44.2 timer late
1.44.2 idle at once" ]; then
    echo 'as seen: it sleeps after the callback of a timer, and not after that of an idle handle'
else
    echo 'changed: it was late with the timer only'
    exit 1
fi
