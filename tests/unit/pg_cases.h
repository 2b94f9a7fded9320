/*
 * Groups of tests that test_pg.c runs; each returns the number of tests that failed.
 */
#pragma once

int run_copy_cases(void);
int run_cancel_cases(void);
int run_pool_cases(void);
