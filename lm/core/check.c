/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/core/doctor.h"

#include <string.h>

#include "lm/core/engine_priv.h"

/* The engine's books against themselves; the invariants stand in model.h. */

struct check {
	const struct engine *engine;
	violation_fn *tell;
	void *arg;
	struct lm_arena *arena;
	size_t components;        /* counted over all instances */
	struct lm_map *in_flight; /* by process id: how many flights say they are its own */
};

struct count {
	size_t n;
};

static void tell(const struct check *k, const char *subject, const char *text)
{
	k->tell(k->arg, subject, text);
}

/* ---- components and flights ------------------------------------------------------------------------- */

static void check_component(struct check *k, const struct instance *in, const struct component *c)
{
	const struct engine *e = k->engine;

	k->components++;
	if (c->instance != in || lm_map_find(in->components, c->name) != c)
		tell(k, c->name, "the component stands in an assembly that it does not belong to");
	if (lm_map_find(e->components, c->id) != c || lm_map_find(e->component_names, c->name) != c)
		tell(k, c->name, "the component is not found by its id or its name");
	if (c->flight != NULL &&
	    (lm_map_find(e->flights, c->flight->step) != c->flight || c->flight->component != c))
		tell(k, c->name, "the component waits for a step that is not in flight");
	if (c->ready && (c->state != COMPONENT_INACTIVE || !c->started))
		tell(k, c->name, "the component stands by, and does not run");
	if (c->flight == NULL && c->turn == NULL && c->line != NULL)
		tell(k, c->name, "steps wait in the component's line, and none is before them");
}

static void check_flights(struct check *k)
{
	const struct flight *f;

	for (size_t i = 0; (f = lm_map_next(k->engine->flights, &i)) != NULL;) {
		if (f->component->flight != f)
			tell(k, f->step, "two steps are in flight on one component");
		struct count *n = lm_map_find(k->in_flight, f->process->id);
		if (n == NULL) {
			n = LM_NEW(k->arena, struct count);
			lm_map_put(k->in_flight, f->process->id, n);
		}
		n->n++;
	}
}

/* ---- processes ---------------------------------------------------------------------------------------- */

static void check_process(struct check *k, const struct process *p)
{
	const struct count *n = lm_map_find(k->in_flight, p->id);
	bool runs = p->status == PROCESS_RUNNING;

	if (runs != (p->instance != NULL && (p->instance->running == p || p->is_aside)))
		tell(k, p->id,
		    "a process is In Progress exactly while its assembly says so: this one is not");
	if ((n == NULL ? 0 : n->n) != p->in_flight)
		tell(k, p->id, "the process has miscounted its steps in flight");
}

static void check_queue(struct check *k, const struct instance *in)
{
	if (in->running == NULL && in->aside.n == 0 && in->queue.n > 0)
		tell(k, in->name, "intents wait for the assembly, and nothing runs on it");
	for (size_t i = 0; i < in->queue.n; i++)
		if (in->queue.v[i]->status != PROCESS_PENDING)
			tell(
			    k, in->queue.v[i]->id, "the process waits in line, and is not Pending");
}

/* ---- relationships ------------------------------------------------------------------------------------ */

/*
 * Broken or Failed: it was there, and a heal ceases the relationship first.  What comes before
 * its end's transition says nothing about the state; nor does an assembly whose clusters may grow.
 */
static bool end_is_ready(
    const struct graph *g, const enum component_state *states, const struct graph_end *end)
{
	static const enum component_state needs[] = {
	    [END_INSTALLED] = COMPONENT_INSTALLED,
	    [END_INACTIVE] = COMPONENT_INACTIVE,
	    [END_ACTIVE] = COMPONENT_ACTIVE,
	};
	if (end->node < 0 || end->pre || g->nodes[end->node].resource == NULL)
		return true;
	enum component_state state = states[end->node];
	return state >= needs[end->state];
}

/* The links that were made under one tree. */
static void check_links(struct check *k, const struct instance *in, const struct tree *t)
{
	enum component_state *states = NULL;
	const struct link *l;

	for (size_t i = 0; (l = lm_map_next(in->links, &i)) != NULL;) {
		if (l->tree != t || l->state == LINK_CREATING || l->state == LINK_DOUBTFUL)
			continue;
		const struct graph_relationship *r = &t->graph->relationships[l->index];
		states = states != NULL ? states : instance_states(in, t->graph, k->arena);
		if (!end_is_ready(t->graph, states, &r->source) ||
		    !end_is_ready(t->graph, states, &r->target))
			tell(k, l->name,
			    "the relationship exists although an end is not in its state");
	}
}

/* ---- all of it ---------------------------------------------------------------------------------------- */

void engine_check(const struct engine *e, violation_fn *fn, void *arg)
{
	LM_AUTO(lm_arena) a = lm_arena_new();
	LM_AUTO(lm_map) in_flight = lm_map_new();
	struct check k = {.engine = e, .tell = fn, .arg = arg, .arena = a, .in_flight = in_flight};
	const struct instance *in;
	const struct component *c;
	const struct process *p;

	check_flights(&k);
	for (size_t i = 0; (in = lm_map_next(e->instances, &i)) != NULL;) {
		for (size_t n = 0; (c = lm_map_next(in->components, &n)) != NULL;)
			check_component(&k, in, c);
		check_queue(&k, in);
		for (size_t n = 0; n < in->trees.n; n++)
			check_links(&k, in, in->trees.v[n]);
	}
	if (k.components != lm_map_count(e->components) ||
	    k.components != lm_map_count(e->component_names))
		tell(&k, "components",
		    "the index of all components holds more than the assemblies do");
	for (size_t i = 0; (p = lm_map_next(e->processes, &i)) != NULL;)
		check_process(&k, p);
}
