/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "lm/core/engine_priv.h"
#include "tests/lib/world.h"

/*
 * Schedules: the real engine against a hostile world, each decided by one seed.  Operators' intents
 * at random moments, failing and repeated steps, servers killed and destroyed, the manager dying
 * at any commit.  After every turn the invariants of tests/lib/world.c are checked; at the end:
 *   - every process has ended, a failed one with a reason;
 *   - when the last one completed, everything is in the state that was wanted, and registered;
 *   - after a deletion nothing exists outside.
 *
 *	schedules [--seeds N] [--seed S] [--trace]
 */
enum { ACTIONS = 12, DELETE_TRIES = 40 };

static uint64_t random_state;

static unsigned roll(unsigned sides)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(random_state >> 33) % sides;
}

static const char *some_component(void)
{
	static const char *const names[] = {
	    "svc__gw", "svc__pool__1", "svc__pool__2", "svc__pool__3", "svc__net"};

	return names[roll(LM_COUNT(names))];
}

static void maybe_crash_later(struct world *w)
{
	if (w->turns_to_crash < 0 && roll(3) == 0) {
		w->turns_to_crash = (int)roll(25);
		w->after_commit = roll(2);
	}
}

/* One thing that an operator, the traffic or fate might do. */
static void act(struct world *w)
{
	switch (roll(9)) {
	case 0:
	case 1:
		lm_err_free(world_scale(w, "svc", "pool", roll(2)));
		break;
	case 2:
		lm_err_free(world_heal(w, "svc", some_component()));
		break;
	case 3:
		world_kill(w, some_component());
		break;
	case 4:
		world_destroy(w, some_component());
		break;
	case 5:
		for (int i = 0; i < 3; i++)
			world_load(w, "svc__gw", roll(2) ? 107 : 10);
		break;
	case 6:
		world_crash(w);
		break;
	case 7:
		lm_err_free(world_create(w, "svc", "assembly::service::1.0"));
		break;
	default:
		for (unsigned i = roll(20); i > 0; i--)
			world_step(w);
	}
}

static const struct process *newest(struct world *w)
{
	const struct process *p, *last = NULL;

	for (size_t i = 0; (p = lm_map_next(w->engine->processes, &i)) != NULL;)
		last = p;
	return last;
}

/* ---- what must hold when nothing is due any more ------------------------------------------------- */

static const char *unfinished(struct world *w)
{
	const struct process *p;

	for (size_t i = 0; (p = lm_map_next(w->engine->processes, &i)) != NULL;) {
		if (p->status != PROCESS_COMPLETED && p->status != PROCESS_FAILED)
			return "a process never ended";
		if (p->status == PROCESS_FAILED && p->reason == NULL)
			return "a process failed without a reason";
	}
	return NULL;
}

static const char *unlike_wanted(struct world *w)
{
	const struct process *p = newest(w);
	const struct instance *in = engine_find_instance(w->engine, "svc");

	if (p == NULL || p->status != PROCESS_COMPLETED || in == NULL)
		return NULL;
	for (size_t i = 0; i < in->tree->graph->n_nodes; i++) {
		const struct graph_node *n = &in->tree->graph->nodes[i];
		const struct component *c = lm_map_find(in->components, n->name);

		if (n->resource == NULL)
			continue;
		if (c == NULL || c->state != in->tree->spec.target)
			return "the process completed but a component is not where it should be";
		if (!sim_is_installed(w->sim, c->id))
			return "a component is Active that does not exist outside";
	}
	if (lm_map_count(in->links) != in->tree->graph->n_relationships)
		return "the process completed but a relationship is missing";
	return NULL;
}

static const char *left_over(struct world *w)
{
	for (int i = 0; i < DELETE_TRIES && engine_find_instance(w->engine, "svc") != NULL; i++) {
		lm_err_free(world_delete(w, "svc"));
		world_settle(w);
	}
	if (engine_find_instance(w->engine, "svc") != NULL)
		return "it cannot be deleted";
	return sim_installed(w->sim) > 0 ? "something is left outside after the deletion" : NULL;
}

static const char *play(uint64_t seed, bool trace, unsigned *crashes)
{
	struct world w;
	const char *wrong;

	random_state = seed * 7919 + 1;
	world_init(&w, &(struct sim_conf){
			   .seed = seed,
			   .min_ms = 1,
			   .max_ms = 1 + roll(100),
			   .fail_permille = roll(3) == 0 ? roll(200) : 0,
			   .twice_permille = roll(100),
		       });
	maybe_crash_later(&w);
	lm_err_free(world_create(&w, "svc", "assembly::service::1.0"));
	for (int i = 0; i < ACTIONS && w.wrong == NULL; i++) {
		maybe_crash_later(&w);
		act(&w);
	}
	w.turns_to_crash = -1;
	world_settle(&w);
	lm_err_free(world_change_state(&w, "svc", "Active"));
	world_settle(&w);
	wrong = w.wrong;
	if (wrong == NULL)
		wrong = unfinished(&w);
	if (wrong == NULL)
		wrong = unlike_wanted(&w);
	if (wrong == NULL)
		wrong = left_over(&w);
	if (wrong == NULL)
		wrong = w.wrong;
	if (trace)
		printf(
		    "seed %" PRIu64 ": %s\n%s\n", seed, world_states(&w, "svc"), sim_trace(w.sim));
	*crashes += w.crashes;
	world_fini(&w);
	return wrong;
}

int main(int argc, char **argv)
{
	uint64_t first = 1, n = 2000;
	unsigned failed = 0, crashes = 0;
	bool trace = false;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--trace") == 0)
			trace = true;
		else if (strcmp(argv[i], "--seeds") == 0 && i + 1 < argc)
			n = strtoull(argv[++i], NULL, 10);
		else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc)
			first = strtoull(argv[++i], NULL, 10), n = 1;
	}
	for (uint64_t seed = first; seed < first + n; seed++) {
		const char *wrong = play(seed, trace, &crashes);

		if (wrong == NULL)
			continue;
		failed++;
		if (failed <= 10)
			printf("seed %" PRIu64 ": %s\n", seed, wrong);
	}
	printf("%u crashes of the manager\n", crashes);
	printf("schedules: %" PRIu64 " passed, %u failed\n", n - failed, failed);
	return failed != 0;
}
