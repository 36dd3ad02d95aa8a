/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine_plan [-j FILE] [COMPONENTS ...]   100 to 1,000,000 unless said otherwise
 * engine_plan --once COMPONENTS            one plan, for a profiler
 *
 * What a plan costs: plan_build() alone, for a create of an assembly of so many components on one
 * level, and engine_plan(), which compiles and prints as well.  See tests/bench/README.md.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lm/core/engine.h"
#include "lm/core/plan.h"
#include "tests/lib/bench.h"
#include "tests/lib/bench_text.h"
#include "tosca/link/check.h"

#define GOAL_MS    20.0 /* for 10,000 components */
#define GROWTH_MAX 1.5  /* a component at the largest size over one at 10,000 */

enum { REFERENCE = 10000, WORK = 2000000, RUNS_MIN = 3, RUNS_MAX = 51, PRINT_MAX = 1 << 30 };

static void die(const char *what)
{
	fprintf(stderr, "engine_plan: %s\n", what);
	exit(1);
}

static struct catalog *load_catalog(size_t n)
{
	struct catalog *c = catalog_new();
	struct lm_buf text;

	bench_text_flat(&text, n);
	catalog_put(c, "bench.yml", text.p, text.n);
	lm_buf_fini(&text);
	catalog_check(c);
	return c;
}

static struct graph *compile(const struct catalog *c)
{
	static const struct graph_request request = {
	    .descriptor = "assembly::bench::1.0", .instance = "bench"};
	LM_AUTO(diags) diags = diags_new(100);
	struct graph *g = graph_build(c, &request, diags);

	if (g == NULL)
		die("the text does not compile");
	return g;
}

/* The number of steps; making room for them and giving it back are part of it. */
static __attribute__((noinline)) size_t plan_once(const struct graph *g)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	const char *circle = NULL;
	struct plan *p = plan_build(
	    &(struct plan_request){.want = g, .target = COMPONENT_ACTIVE}, arena, &circle);

	if (p == NULL)
		die(circle);
	return p->n_steps;
}

static void ask_engine(const struct catalog *c)
{
	struct engine *e = engine_new(&(struct engine_conf){.catalog = c});
	struct lm_buf out;

	lm_buf_init(&out, PRINT_MAX);
	LM_AUTO(lm_err) err = engine_plan(e,
	    &(struct intent){
		.kind = INTENT_CREATE,
		.assembly_name = "bench",
		.descriptor = "assembly::bench::1.0",
		.intended_state = "Active",
	    },
	    PLAN_AS_TEXT, &out);
	if (err != NULL)
		die(lm_err_text(err));
	lm_buf_fini(&out);
	engine_free(e);
}

/* ---- one size --------------------------------------------------------------------------------- */

struct row {
	size_t components, steps;
	double plan_s, engine_s;
};

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static struct row measure(size_t n)
{
	struct row row = {.components = n};
	struct catalog *c = load_catalog(n);
	LM_AUTO(graph) g = compile(c);
	double runs[RUNS_MAX];
	size_t n_runs = WORK / n < RUNS_MIN ? RUNS_MIN : WORK / n > RUNS_MAX ? RUNS_MAX : WORK / n;

	for (size_t i = 0; i < n_runs; i++) {
		double began = bench_cpu_s();

		row.steps = plan_once(g);
		runs[i] = bench_cpu_s() - began;
	}
	qsort(runs, n_runs, sizeof *runs, by_size);
	row.plan_s = runs[n_runs / 2];
	double began = bench_cpu_s();
	ask_engine(c);
	row.engine_s = bench_cpu_s() - began;
	catalog_free(c);
	return row;
}

static bool bench(const size_t *sizes, size_t n, json_t *figures)
{
	double reference = 0, largest = 0;
	bool met = true;

	printf("%10s %10s %12s %12s %16s\n", "components", "steps", "plan ms", "us each",
	    "lm plan ms");
	for (size_t i = 0; i < n; i++) {
		struct row row = measure(sizes[i]);
		double each = row.plan_s / (double)row.components;

		printf("%10zu %10zu %12.3f %12.3f %16.3f\n", row.components, row.steps,
		    row.plan_s * 1e3, each * 1e6, row.engine_s * 1e3);
		fflush(stdout);
		reference = row.components == REFERENCE ? row.plan_s : reference;
		largest = row.components > REFERENCE ? each : largest;
	}
	if (reference > 0)
		met &= bench_show(figures, &(struct bench_figure){"plan.10000", "ms",
					       reference * 1e3, BENCH_AT_MOST, GOAL_MS});
	if (reference > 0 && largest > 0)
		met &= bench_show(
		    figures, &(struct bench_figure){"plan.growth", "",
				 largest / (reference / REFERENCE), BENCH_AT_MOST, GROWTH_MAX});
	return met;
}

static size_t size_of(const char *text)
{
	size_t n = strtoul(text, NULL, 10);

	if (n < 2 || n > 1000000)
		die("components: 2 to 1000000");
	return n;
}

int main(int argc, char **argv)
{
	size_t sizes[20] = {100, 1000, REFERENCE, 100000, 1000000}, n = 0;
	const char *report = NULL;

	if (argc == 3 && strcmp(argv[1], "--once") == 0) {
		struct catalog *c = load_catalog(size_of(argv[2]));
		LM_AUTO(graph) g = compile(c);

		plan_once(g);
		catalog_free(c);
		return 0;
	}
	for (int i = 1; i < argc && n < LM_COUNT(sizes); i++) {
		if (strcmp(argv[i], "-j") == 0 && i + 1 < argc)
			report = argv[++i];
		else
			sizes[n++] = size_of(argv[i]);
	}
	json_t *figures = json_array();
	bool met = bench(sizes, n == 0 ? 5 : n, figures);
	return bench_report(report, figures, met) && met ? 0 : 1;
}
