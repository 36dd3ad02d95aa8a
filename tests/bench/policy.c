/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy [-j FILE] [SERIES ...]   10, 1,000 and 100,000 unless said otherwise
 *
 * What a sample costs in the policy engine, and what it keeps for each series.  See
 * tests/bench/README.md.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "base/vec.h"
#include "policies/policy.h"
#include "tests/lib/bench.h"

#define RATE_GOAL  5e6   /* samples a second, at every size, in any order */
#define BYTES_GOAL 256.0 /* a series of integrity with its heal policy */

enum {
	SAMPLES = 4000000,
	RUNS = 5,
	EVERY_MS = 5000,
	PERIOD_MS = 10000,
	LOADS = 1024,
	MANY = 100000
};

static void die(const char *what)
{
	fprintf(stderr, "policy: %s\n", what);
	exit(1);
}

/* ---- what is measured --------------------------------------------------------------------------- */

struct rig {
	struct policies *policies;
	struct series **series; /* in the order in which their samples come */
	size_t n;
	struct policy_decisions decisions;
	double loads[LOADS]; /* one in ten is a breach; three in a row are rare */
	int64_t now_ms;
	uint64_t seed;
};

static struct policy *add_scale(struct rig *r, struct series *const *series, size_t n)
{
	struct policy_scale set;

	policy_scale_init(&set);
	set.series = series;
	set.n_series = n;
	set.min = 1;
	set.max = 10;
	set.out = 58;
	set.in = 32;
	set.smoothing_out = set.smoothing_in = 3;
	struct policy *p = policies_add_scale(r->policies, &set, r);
	policies_set_size(r->policies, p, 3, r->now_ms);
	return p;
}

static struct policy *add_heal(struct rig *r, struct series *s)
{
	return policies_add_heal(r->policies,
	    &(struct policy_heal){.series = s,
		.smoothing = 3,
		.period_ms = PERIOD_MS,
		.maximum_heals = 5,
		.heal_window_ms = 120000},
	    r);
}

enum layout { HEAL_EACH, SCALE_EACH, ONE_SCALE };

static const struct {
	const char *name;
	enum series_kind kind;
} layouts[] = {
    [HEAL_EACH] = {"integrity", SERIES_INTEGRITY},
    [SCALE_EACH] = {"load", SERIES_LOAD},
    [ONE_SCALE] = {"mean", SERIES_LOAD}, /* one policy looks at them all */
};

static void rig_init(struct rig *r, size_t n, enum layout layout)
{
	*r = (struct rig){.n = n, .now_ms = INT64_C(1794830400000), .seed = 1};
	r->series = lm_alloc_n(n, sizeof *r->series);
	r->policies = policies_new();
	for (size_t i = 0; i < LOADS; i++)
		r->loads[i] =
		    bench_chance(&r->seed, 10) == 0 ? 60 : 33 + (double)bench_chance(&r->seed, 24);
	for (size_t i = 0; i < n; i++) {
		struct series **s = &r->series[i];
		struct policy *p = NULL;

		*s = policies_add_series(r->policies, layouts[layout].kind);
		if (layout != ONE_SCALE)
			p = layout == SCALE_EACH ? add_scale(r, s, 1) : add_heal(r, *s);
		else if (i + 1 == n)
			p = add_scale(r, r->series, n);
		if (p != NULL)
			policies_enable(r->policies, p, true, r->now_ms);
	}
}

static void rig_fini(struct rig *r)
{
	lm_vec_free(&r->decisions);
	policies_free(r->policies);
	free(r->series);
}

static void shuffle(struct rig *r)
{
	for (size_t i = r->n; i > 1; i--) {
		size_t k = bench_chance(&r->seed, i);
		struct series *s = r->series[k];

		r->series[k] = r->series[i - 1];
		r->series[i - 1] = s;
	}
}

/* One sample of each, of a new time, after whoever was due has been looked at. */
static void one_round(struct rig *r, enum series_kind kind)
{
	r->now_ms += EVERY_MS;
	policies_tick(r->policies, r->now_ms, &r->decisions);
	for (size_t i = 0; i < r->n; i++)
		if (kind == SERIES_LOAD)
			policies_load(r->policies, r->series[i],
			    r->loads[(i + (size_t)r->now_ms / EVERY_MS) % LOADS], r->now_ms,
			    r->now_ms, &r->decisions);
		else
			policies_integrity(r->policies, r->series[i], i % 16 != 0, r->now_ms,
			    r->now_ms, &r->decisions);
	r->decisions.n = 0;
}

/* Samples a second; the best of some runs, which is what is left when nobody else is about. */
static double rate(struct rig *r, enum series_kind kind)
{
	size_t rounds = SAMPLES / r->n;
	double best_s = 1e9;

	one_round(r, kind); /* what is new is no longer */
	for (size_t run = 0; run < RUNS; run++) {
		double began = bench_cpu_s();

		for (size_t i = 0; i < rounds; i++)
			one_round(r, kind);
		double took_s = bench_cpu_s() - began;
		best_s = took_s < best_s ? took_s : best_s;
	}
	return (double)(rounds * r->n) / best_s;
}

/* ---- what is shown ---------------------------------------------------------------------------- */

static bool show(json_t *figures, const char *layout, size_t n, const char *what, double value,
    const struct bench_figure *goal)
{
	struct bench_figure f = *goal;
	char name[64];

	snprintf(name, sizeof name, "policy.%s.%zu.%s", layout, n, what);
	f.name = name;
	f.value = value;
	return bench_show(figures, &f);
}

/* First of all, so that no memory is left over from before. */
static bool measure_memory(json_t *figures, enum layout layout)
{
	static const struct bench_figure goals[] = {
	    [HEAL_EACH] = {.unit = "B", .kind = BENCH_AT_MOST, .goal = BYTES_GOAL},
	    [SCALE_EACH] = {.unit = "B"},
	};
	double heap = bench_heap(), rss = bench_rss();
	struct rig r;
	bool met;

	rig_init(&r, MANY, layout);
	one_round(&r, layouts[layout].kind);
	heap = (bench_heap() - heap) / MANY - sizeof *r.series;
	rss = (bench_rss() - rss) / MANY - sizeof *r.series;
	met = show(figures, layouts[layout].name, MANY, "heap", heap, &goals[layout]);
	met &= show(figures, layouts[layout].name, MANY, "rss", rss, &goals[layout]);
	rig_fini(&r);
	return met;
}

static bool measure(json_t *figures, size_t n, enum layout layout)
{
	const struct bench_figure goal = {
	    .unit = "/s",
	    .kind = layout == ONE_SCALE ? BENCH_NO_GOAL : BENCH_AT_LEAST,
	    .goal = RATE_GOAL,
	};
	const char *name = layouts[layout].name;
	struct rig r;
	bool met;

	rig_init(&r, n, layout);
	met = show(figures, name, n, "in_order", rate(&r, layouts[layout].kind), &goal);
	shuffle(&r);
	met &= show(figures, name, n, "at_random", rate(&r, layouts[layout].kind), &goal);
	rig_fini(&r);
	return met;
}

int main(int argc, char **argv)
{
	size_t sizes[20] = {10, 1000, MANY}, n = 0;
	const char *report = NULL;

	for (int i = 1; i < argc && n < LM_COUNT(sizes); i++) {
		if (strcmp(argv[i], "-j") == 0 && i + 1 < argc)
			report = argv[++i];
		else if ((sizes[n++] = strtoul(argv[i], NULL, 10)) < 1 || sizes[n - 1] > SAMPLES)
			die("series: 1 to 4000000");
	}
	json_t *figures = json_array();
	bool met = measure_memory(figures, HEAL_EACH);
	for (size_t i = 0; i < (n == 0 ? 3 : n); i++)
		for (enum layout layout = HEAL_EACH; layout <= ONE_SCALE; layout++)
			met &= measure(figures, sizes[i], layout);
	return bench_report(report, figures, met) && met ? 0 : 1;
}
