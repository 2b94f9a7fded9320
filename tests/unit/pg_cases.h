/*
 * Groups of tests that test_pg.c runs; each returns the number of tests that failed.
 */
#pragma once

int run_copy_cases(void);
int run_cancel_cases(void);
int run_pool_cases(void);

/* Of signed values; cmocka has several names for it, of which no release knows all. */
#define assert_between(value, low, high) assert_true((value) >= (low) && (value) <= (high))
