/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A business day of one-second samples for 1,000 clusters of this project's voice service, each with
 * noise of its own, simulated on as many threads as there are processors; and what one cluster alone
 * costs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lm/packages/packages.h"
#include "lm/simulate/simulate.h"
#include "tests/lib/bench.h"
#include "tosca/link/check.h"

enum { CLUSTERS = 1000, DAY_S = 86400, GOAL_S = 10 };

static const int64_t monday_ms = INT64_C(1767571200000);

struct trial {
	struct simulation sim;
	struct catalog *catalog;
	struct site_times times;
	struct load load;
};

static void must(struct lm_err *e)
{
	if (e == NULL)
		return;
	fprintf(stderr, "simulate: %s\n", lm_err_text(e));
	exit(2);
}

static void trial_init(struct trial *t, size_t clusters)
{
	static const char *const folders[] = {"vnfs", "services"};
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	*t = (struct trial){.catalog = catalog_new()};
	for (size_t i = 0; i < LM_COUNT(folders); i++)
		packages_load(folders[i], t->catalog, NULL);
	catalog_check(t->catalog);
	site_times_init(&t->times);
	struct load_conf conf = {monday_ms, 1000, DAY_S * INT64_C(1000)};
	must(load_of_profile("day:peak=450+noise:8+vary:30", &conf, &t->load));
	t->sim = (struct simulation){
	    .conf = {.catalog = t->catalog,
		.descriptor = "assembly::voice-service::1.0",
		.instance = "voice",
		.load = &t->load,
		.times = &t->times,
		.seed = 1},
	    .variants = {{.name = "as written", .catalog = t->catalog}},
	    .n_variants = 1,
	    .clusters = clusters,
	    .threads = processors < THREADS_MAX ? (size_t)processors : THREADS_MAX,
	    .source = "day",
	};
	must(world_examine(&t->sim.conf, NULL, &t->sim.variants[0].service, NULL));
}

static void trial_fini(struct trial *t)
{
	simulation_fini(&t->sim);
	load_fini(&t->load);
	catalog_free(t->catalog);
}

static bool measure(json_t *figures, size_t clusters)
{
	struct trial t;

	trial_init(&t, clusters);
	double wall_s = bench_wall_s(), cpu_s = bench_cpu_s();
	must(simulation_run(&t.sim));
	wall_s = bench_wall_s() - wall_s;
	cpu_s = bench_cpu_s() - cpu_s;
	const struct world_sum *sum = &t.sim.variants[0].sum.all;
	double samples = (double)clusters * DAY_S, scalings = sum->outs + sum->ins;
	bool many = clusters > 1;
	struct bench_figure all[] = {
	    {many ? "simulate.day.1000" : "simulate.day.1", "s", wall_s,
		many ? BENCH_AT_MOST : BENCH_NO_GOAL, GOAL_S},
	    {"simulate.cpu", "s", cpu_s, BENCH_NO_GOAL, 0},
	    {"simulate.sample", "ns of processor time", cpu_s / samples * 1e9, BENCH_NO_GOAL, 0},
	    {"simulate.scalings", "", scalings, BENCH_NO_GOAL, 0},
	    {"simulate.peak", "MB", bench_peak() / 1e6, many ? BENCH_AT_MOST : BENCH_NO_GOAL, 64},
	};
	bool met = bench_show_all(figures, all, LM_COUNT(all));
	trial_fini(&t);
	return met;
}

int main(int argc, char **argv)
{
	const char *path = argc == 3 && strcmp(argv[1], "-j") == 0 ? argv[2] : NULL;
	json_t *figures = json_array();

	if (argc != 1 && path == NULL) {
		fprintf(stderr, "usage: %s [-j REPORT]\n", argv[0]);
		return 2;
	}
	bool met = measure(figures, 1);
	met = measure(figures, CLUSTERS) && met;
	return bench_report(path, figures, met) && met ? 0 : 1;
}
