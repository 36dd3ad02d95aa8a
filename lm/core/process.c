/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "lm/core/engine_priv.h"

/*
 * The life of a process: begin -> plan -> runs -> finish.  A heal that fails is planned again, for
 * a rebuild; a restart of the manager plans again as well.  Both go through process_replan().
 */

/* ---- the end --------------------------------------------------------------------------------- */

static void record_end(
    struct engine *e, struct process *p, enum process_status status, int64_t now_ms, struct turn *t)
{
	p->status = status;
	p->end_ms = now_ms;
	journal_process(t, p);
	event_process(e, t, now_ms, p);
	finished_add(e, p);
}

/* Ends a process that never began: it waited, and what it wants is no longer possible. */
static void refuse(
    struct engine *e, struct process *p, const char *reason, int64_t now_ms, struct turn *t)
{
	free(p->reason);
	p->reason = text_dup(reason);
	record_end(e, p, PROCESS_FAILED, now_ms, t);
}

/* Components that no longer exist leave the books. */
static void drop_absent(struct engine *e, struct instance *in)
{
	struct component *c;

	for (size_t i = 0; (c = lm_map_next(in->components, &i)) != NULL;)
		if (c->state == COMPONENT_ABSENT && graph_find_node(in->graph, c->name) < 0)
			engine_remove_component(e, c);
}

/*
 * The instance keeps the larger tree: what is wanted after success; after a failure whichever
 * covers everything that may exist.
 */
static void settle_graph(struct process *p, struct instance *in, bool ok)
{
	bool keep_have = !ok && (p->want == NULL || p->intent.kind == INTENT_SCALE_IN);

	if (p->want != p->have && !keep_have && p->want != NULL) {
		graph_free(p->have);
		in->graph = p->want;
	} else if (p->want != p->have) {
		graph_free(p->want);
	}
	p->have = p->want = NULL;
}

static void release_plan(struct process *p)
{
	lm_vec_free(&p->ready);
	lm_arena_free(p->plan_arena);
	p->plan_arena = NULL;
	p->plan = NULL;
	p->runs = NULL;
}

/* Begins the next one in the queue, if the instance is idle. */
static void begin_next(struct engine *, struct instance *, int64_t now_ms, struct turn *);

static void finish(struct engine *e, struct process *p, bool ok, int64_t now_ms, struct turn *t)
{
	struct instance *in = p->instance;
	bool gone = ok && p->want == NULL;

	if (ok &&
	    p->attempt > 1) { /* what failed at first is in the journal; it is no reason now */
		free(p->reason);
		p->reason = NULL;
	}
	flight_forget(e, p);
	p->tally = tally_of(p);
	release_plan(p);
	watch_unbind(e, in);
	settle_graph(p, in, ok);
	in->running = NULL;
	p->instance = NULL;
	in->modified_ms = now_ms;
	if (gone) {
		event_root(e, t, now_ms, in, p, in->shown, COMPONENT_ABSENT);
		journal_instance_gone(t, in);
		record_end(e, p, PROCESS_COMPLETED, now_ms, t);
		for (size_t i = 0; i < in->queue.n; i++)
			refuse(e, in->queue.v[i], "the assembly was deleted", now_ms, t);
		engine_remove_instance(e, in);
		return;
	}
	drop_absent(e, in);
	journal_instance(t, in);
	root_show_state(e, in, p, now_ms, t);
	record_end(e, p, ok ? PROCESS_COMPLETED : PROCESS_FAILED, now_ms, t);
	references_bind(e, in);
	watch_bind(e, in);
	watch_sync(e, in, now_ms);
	if (p->intent.kind != INTENT_HEAL) /* a heal that left something Broken has given up */
		watch_heal_broken(e, in, now_ms, t);
	begin_next(e, in, now_ms, t);
}

/* A heal that failed tries again with a rebuild, a bounded number of times. */
static bool try_again(struct engine *e, struct process *p, int64_t now_ms, struct turn *t)
{
	struct component *c = p->failed_component == NULL
				  ? NULL
				  : lm_map_find(p->instance->components, p->failed_component);

	if (p->intent.kind != INTENT_HEAL || c == NULL)
		return false;
	if (p->attempt >= HEAL_ATTEMPTS) {
		component_set_state(e, c, COMPONENT_FAILED, p, now_ms, t);
		return false;
	}
	p->attempt++;
	c->rebuild = true;
	component_set_state(e, c, COMPONENT_BROKEN, p, now_ms, t);
	journal_process(t, p);
	event_process(e, t, now_ms, p);
	process_replan(e, p, now_ms, t);
	return true;
}

/* ---- the middle ---------------------------------------------------------------------------------- */

/* Begins what can begin; ends the process when nothing is left, or nothing more can be done. */
static void advance(struct engine *e, struct process *p, int64_t now_ms, struct turn *t)
{
	while (p->ready.n > 0 && !p->failing)
		run_begin(e, p, p->ready.v[--p->ready.n], now_ms, t);
	if (p->failing) /* nothing more begins */
		flight_forget(e, p);
	if (p->in_flight > 0)
		return;
	if (p->failing && !try_again(e, p, now_ms, t))
		finish(e, p, false, now_ms, t);
	else if (!p->failing && p->left == 0)
		finish(e, p, true, now_ms, t);
}

void process_step_ended(struct engine *e, struct process *p, int run, struct component *c,
    const struct step_result *r, int64_t now_ms, struct turn *t)
{
	run_continue(e, p, run, c, r, now_ms, t);
	advance(e, p, now_ms, t);
}

/* ---- the beginning ------------------------------------------------------------------------------------ */

/* In flight when the manager went down: the driver may still be at it. */
static bool was_in_flight(const struct process *p, const struct plan_step *s)
{
	for (size_t i = 0; i < p->earlier.n; i++)
		if (p->earlier.v[i].step != NULL &&
		    strcmp(p->earlier.v[i].subject, s->subject) == 0)
			return true;
	return false;
}

/* A stack: what was in flight is asked first, whatever may fail then; else in the plan's order. */
static void push_ready(struct process *p, bool in_flight)
{
	for (size_t i = p->plan->n_steps; i-- > 0;)
		if (p->runs[i].waits == 0 && was_in_flight(p, &p->plan->steps[i]) == in_flight)
			*LM_PUSH(NULL, &p->ready) = (int)i;
}

static void prepare_runs(struct process *p)
{
	size_t n = p->plan->n_steps;

	p->runs = LM_NEW_N(p->plan_arena, struct run, n + 1);
	p->unblocks = LM_NEW_N(p->plan_arena, struct unblocks, n + 1);
	p->left = n;
	for (size_t i = 0; i < n; i++) {
		const struct plan_step *s = &p->plan->steps[i];

		p->runs[i].waits = (unsigned)s->after.n;
		for (size_t k = 0; k < s->after.n; k++)
			*LM_PUSH(p->plan_arena, &p->unblocks[s->after.v[k].step].steps) = (int)i;
	}
	push_ready(p, false);
	push_ready(p, true);
}

void process_replan(struct engine *e, struct process *p, int64_t now_ms, struct turn *t)
{
	struct aim aim = {.have = p->have, .want = p->want, .target = p->target};
	const char *circle = NULL;

	release_plan(p);
	p->failing = false;
	p->plan_arena = lm_arena_new();
	p->plan = aim_plan(p->instance, &aim, p->plan_arena, &circle);
	if (p->plan == NULL) {
		free(p->reason);
		if (asprintf(&p->reason, "the order of steps has a circle: %s", circle) < 0)
			abort();
		finish(e, p, false, now_ms, t);
		return;
	}
	prepare_runs(p);
	advance(e, p, now_ms, t);
}

void process_add_components(struct engine *e, struct process *p)
{
	char id[LM_ID_SIZE];

	for (size_t i = 0; p->want != NULL && i < p->want->n_nodes; i++) {
		const struct graph_node *n = &p->want->nodes[i];

		if (n->resource == NULL || lm_map_find(p->instance->components, n->name) != NULL)
			continue;
		lm_id(p->seed, n->name, id);
		engine_add_component(e, component_new(p->instance, n->name, id));
	}
}

static struct instance *create_instance(
    struct engine *e, const struct process *p, const struct aim *a, int64_t now_ms)
{
	struct instance *in = instance_new(p->root_name, p->root_id, p->descriptor);

	for (size_t i = 0; i < p->intent.properties.n; i++)
		lm_kvs_set(&in->properties, p->intent.properties.v[i].name,
		    p->intent.properties.v[i].value);
	in->graph = a->want;
	in->created_ms = now_ms;
	engine_add_instance(e, in);
	return in;
}

void process_begin(struct engine *e, struct process *p, struct instance *in, struct aim *a,
    int64_t now_ms, struct turn *t)
{
	if (in == NULL) {
		in = create_instance(e, p, a, now_ms);
		a->have = a->want;
	}
	p->instance = in;
	p->have = a->have;
	p->want = a->want;
	p->target = a->target;
	p->after = a->after;
	p->attempt = 1;
	p->status = PROCESS_RUNNING;
	p->start_ms = now_ms;
	in->running = p;
	in->modified_ms = now_ms;
	if (p->want != NULL)
		in->intended = a->target;
	process_add_components(e, p);
	references_bind(e, in);
	journal_instance(t, in);
	journal_process(t, p);
	event_process(e, t, now_ms, p);
	if (a->broken != NULL && a->broken->state == COMPONENT_ACTIVE)
		component_set_state(e, lm_map_find(in->components, a->broken->name),
		    COMPONENT_BROKEN, p, now_ms, t);
	watch_sync(e, in, now_ms);
	process_replan(e, p, now_ms, t);
}

static void begin_next(struct engine *e, struct instance *in, int64_t now_ms, struct turn *t)
{
	while (in->running == NULL && in->queue.n > 0) {
		struct process *p = in->queue.v[0];
		struct aim aim;

		in->queue.n--;
		memmove(&in->queue.v[0], &in->queue.v[1], in->queue.n * sizeof in->queue.v[0]);
		LM_AUTO(lm_err) err = aim_at(e, &p->intent, in, &aim);
		if (err != NULL) {
			refuse(e, p, lm_err_text(err), now_ms, t);
			continue;
		}
		/* It may end at once, and take the instance with it. */
		process_begin(e, p, in, &aim, now_ms, t);
		return;
	}
}
