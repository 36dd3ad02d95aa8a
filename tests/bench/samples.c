/* SPDX-License-Identifier: Apache-2.0 */
/*
 * samples [-j FILE] [COMPONENTS ...]   10, 1,000 and 100,000 unless said otherwise
 *
 * What a sample costs on its way through the engine: from the text that names its component to the
 * policy that looks at it.  See tests/bench/README.md.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "lm/core/engine_priv.h"
#include "tests/lib/bench.h"
#include "tosca/link/check.h"

#define RATE_GOAL 5e6 /* samples a second, at every size */

enum {
	SAMPLES = 2000000,
	RUNS = 5,
	EVERY_MS = 5000,
	POOL = 100, /* components of one assembly */
	MANY = 100000,
};

static const char service_text[] =
    "name: resource::server::1.0\n"
    "metrics:\n"
    "  h_load: {type: 'metric::load', publication-period: 5}\n"
    "  h_integrity: {type: 'metric::integrity', publication-period: 10}\n"
    "policies:\n"
    "  heal: {type: 'policy::heal', metric: h_integrity, properties: {smoothing: 3}}\n"
    "---\n"
    "name: assembly::service::1.0\n"
    "properties: {size: {default: 1}}\n"
    "composition:\n"
    "  pool:\n"
    "    type: resource::server::1.0\n"
    "    cluster: {initial-quantity: '${size}', minimum-nodes: 1, maximum-nodes: 1000}\n"
    "policies:\n"
    "  scale:\n"
    "    type: policy::scale\n"
    "    metric: pool.h_load\n"
    "    target: pool\n"
    "    properties: {scaleOut_threshold: 80, scaleIn_threshold: 20, smoothing: 3}\n";

static void die(const char *what)
{
	fprintf(stderr, "samples: %s\n", what);
	exit(1);
}

/* ---- what is measured --------------------------------------------------------------------------- */

enum way { BY_ID, BY_NAME, BY_METRIC_ID };

static const char *const ways[] = {
    [BY_ID] = "id", [BY_NAME] = "name", [BY_METRIC_ID] = "metric_id"};

struct rig {
	struct catalog *catalog;
	struct engine *engine;
	struct turn turn;
	struct lm_arena *arena; /* the texts, as a reader of requests would have them */
	const struct component **components; /* in the order in which their samples come */
	struct sample *samples;              /* of them */
	size_t n;
	enum way way;
	bool load;
	int64_t now_ms;
	uint64_t seed;
};

static void create(struct rig *r, unsigned number, size_t size)
{
	char name[20], count[20], process[LM_ID_SIZE];
	struct lm_kv property = {"size", count};

	snprintf(name, sizeof name, "service-%u", number);
	snprintf(count, sizeof count, "%zu", size);
	struct lm_err *err = engine_intent(r->engine,
	    &(struct intent){.kind = INTENT_CREATE,
		.assembly_name = name,
		.descriptor = "assembly::service::1.0",
		.intended_state = "Active",
		.properties = {&property, 1}},
	    r->now_ms, number + 1, &r->turn, process);
	if (err != NULL)
		die(lm_err_text(err));
	turn_clear(&r->turn);
}

static struct sample sample_of(struct rig *r, const struct component *c)
{
	const char *name = r->load ? "h_load" : "h_integrity";
	struct sample s = {
	    .kind = r->load ? SAMPLE_LOAD : SAMPLE_INTEGRITY, .load = 50, .ok = true};

	if (r->way == BY_METRIC_ID) {
		s.metric_id = lm_arena_join(r->arena, c->id, ".", name, NULL);
		return s;
	}
	s.metric_key = lm_arena_strdup(r->arena, r->way == BY_ID ? c->id : c->name);
	s.metric_name = lm_arena_strdup(r->arena, name);
	return s;
}

/* Their texts lie behind each other, as they do in a request. */
static void write_samples(struct rig *r)
{
	lm_arena_free(r->arena);
	r->arena = lm_arena_new();
	for (size_t i = 0; i < r->n; i++)
		r->samples[i] = sample_of(r, r->components[i]);
}

static void rig_init(struct rig *r, size_t n, enum way way, bool load)
{
	const struct component *c;

	*r = (struct rig){
	    .n = n, .now_ms = INT64_C(1794830400000), .seed = 1, .way = way, .load = load};
	r->catalog = catalog_new();
	catalog_put(r->catalog, "service.yml", service_text, strlen(service_text));
	catalog_check(r->catalog);
	r->engine = engine_new(
	    &(struct engine_conf){.catalog = r->catalog, .takes_silence_for_health = load});
	turn_init(&r->turn);
	for (unsigned i = 0; i * POOL < n; i++)
		create(r, i, n - i * POOL < POOL ? n - i * POOL : POOL);
	if (lm_map_count(r->engine->components) != n)
		die("not everything was created");
	r->samples = lm_alloc_n(n, sizeof *r->samples);
	r->components = lm_alloc_n(n, sizeof *r->components);
	for (size_t i = 0, k = 0; (c = lm_map_next(r->engine->components, &i)) != NULL;)
		r->components[k++] = c;
	write_samples(r);
}

static void rig_fini(struct rig *r)
{
	turn_fini(&r->turn);
	engine_free(r->engine);
	catalog_free(r->catalog);
	lm_arena_free(r->arena);
	free(r->samples);
	free(r->components);
}

static void shuffle(struct rig *r)
{
	for (size_t i = r->n; i > 1; i--) {
		size_t k = bench_chance(&r->seed, i);
		const struct component *c = r->components[k];

		r->components[k] = r->components[i - 1];
		r->components[i - 1] = c;
	}
	write_samples(r);
}

/* One sample of each, of a new time, after whoever was due has been looked at. */
static void one_round(struct rig *r)
{
	r->now_ms += EVERY_MS;
	engine_tick(r->engine, r->now_ms, &r->turn);
	for (size_t i = 0; i < r->n; i++)
		r->samples[i].at_ms = r->now_ms;
	for (size_t i = 0; i < r->n; i++)
		engine_sample(r->engine, &r->samples[i], r->now_ms, &r->turn);
	turn_clear(&r->turn);
}

/* Samples a second; the best of some runs, which is what is left when nobody else is about. */
static double rate(struct rig *r)
{
	size_t rounds = SAMPLES / r->n;
	double best_s = 1e9;

	one_round(r); /* what is new is no longer */
	for (size_t run = 0; run < RUNS; run++) {
		double began = bench_cpu_s();

		for (size_t i = 0; i < rounds; i++)
			one_round(r);
		double took_s = bench_cpu_s() - began;
		best_s = took_s < best_s ? took_s : best_s;
	}
	if (engine_sample_counts(r->engine).n[SAMPLE_TAKEN] != (rounds * RUNS + 1) * r->n)
		die("not all samples were taken");
	r->engine->samples = (struct sample_counts){0};
	return (double)(rounds * r->n) / best_s;
}

/* ---- what is shown ---------------------------------------------------------------------------- */

/* By id and in order: that is what has a goal. */
static bool show(json_t *figures, struct rig *r, const char *order)
{
	bool has_goal = r->way == BY_ID && strcmp(order, "in_order") == 0;
	char name[80];

	snprintf(name, sizeof name, "samples.%s.%s.%zu.%s", r->load ? "load" : "integrity",
	    ways[r->way], r->n, order);
	return bench_show(figures, &(struct bench_figure){name, "/s", rate(r),
				       has_goal ? BENCH_AT_LEAST : BENCH_NO_GOAL, RATE_GOAL});
}

static bool measure(json_t *figures, size_t n, enum way way, bool load)
{
	struct rig r;
	bool met = true;

	rig_init(&r, n, way, load);
	met &= show(figures, &r, "in_order");
	shuffle(&r);
	met &= show(figures, &r, "at_random");
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
			die("components: 1 to 2000000");
	}
	json_t *figures = json_array();
	bool met = true;
	for (size_t i = 0; i < (n == 0 ? 3 : n); i++)
		for (enum way way = BY_ID; way <= BY_METRIC_ID; way++)
			for (int load = 0; load < 2; load++)
				met &= measure(figures, sizes[i], way, load);
	return bench_report(report, figures, met) && met ? 0 : 1;
}
