/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TESTS_BENCH_H
#define LM_TESTS_BENCH_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

/* What every measurement needs: clocks, memory, and a table of figures beside their goals. */

double bench_wall_s(void);
double bench_cpu_s(void); /* of this process, all threads */
double bench_rss(void);   /* bytes, now */
double bench_peak(void);  /* bytes, at most so far */
double bench_heap(void);  /* bytes given out by malloc */

/* One of 0 .. n - 1, the same for the same seed; the seed goes on. */
uint64_t bench_chance(uint64_t *seed, uint64_t n);

enum bench_goal { BENCH_NO_GOAL, BENCH_AT_MOST, BENCH_AT_LEAST };

/* One figure: printed as a line of a table, kept for the report. */
struct bench_figure {
	const char *name, *unit;
	double value;
	enum bench_goal kind;
	double goal;
};

/* Prints it; false: it missed its goal.  'figures': an array of JSON, or NULL. */
bool bench_show(json_t *figures, const struct bench_figure *);
bool bench_show_all(json_t *figures, const struct bench_figure *, size_t n);
/* Sorts them, the least first. */
double bench_median(double *v, size_t n);
/* Writes {"figures": [...], "met": true}; steals 'figures'.  NULL path: nothing is written. */
bool bench_report(const char *path, json_t *figures, bool met);

#endif
