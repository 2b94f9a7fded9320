/*
 * A timer in a heap block of its own, freed by its close callback: its owner can go at any time.
 */
#pragma once

#include <stdint.h>

#include "pg/loop.h"

typedef struct Timer Timer;
typedef void (*TimerFire)(void *owner);

Timer *timer_new(Loop *loop, TimerFire fire, void *owner);

/* (Re)starts it; repeat 0 is once.  Milliseconds. */
void timer_start(Timer *timer, int64_t delay, int64_t repeat);
void timer_stop(Timer *timer);

/* Stops and frees; *timer is NULL afterwards.  NULL in *timer is allowed. */
void timer_drop(Timer **timer);
