/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "lm/core/engine_priv.h"

/* ---- what an instance owns ---------------------------------------------------------------------- */

void found_free(struct found *f)
{
	if (f == NULL)
		return;
	free(f->reference);
	free(f->name);
	free(f->type);
	free(f->location);
	free(f->id);
	lm_kvs_fini(&f->properties);
	lm_kvs_fini(&f->topology);
	free(f);
}

void watch_free(struct watch *w)
{
	free(w->owner);
	free(w);
}

static void watches_free(struct instance *in)
{
	for (size_t i = 0; i < in->scales.n; i++)
		watch_free(in->scales.v[i]);
	for (size_t i = 0; i < in->heals.n; i++)
		watch_free(in->heals.v[i]);
	lm_vec_free(&in->scales);
	lm_vec_free(&in->heals);
}

static void shortages_fini(struct instance *in)
{
	for (size_t i = 0; i < in->shortages.n; i++)
		free(in->shortages.v[i].cluster);
	lm_vec_free(&in->shortages);
}

/* ---- instances, components, links ---------------------------------------------------------------- */

struct instance *instance_new(const char *name, const char *id)
{
	struct instance *in = lm_alloc(sizeof *in);

	in->name = lm_strdup(name);
	snprintf(in->id, sizeof in->id, "%s", id);
	in->next_tree = 1;
	in->components = lm_map_new();
	in->links = lm_map_new();
	return in;
}

void instance_free(struct instance *in)
{
	struct component *c;
	struct link *l;

	if (in == NULL)
		return;
	for (size_t i = 0; (c = lm_map_next(in->components, &i)) != NULL;)
		component_free(c);
	for (size_t i = 0; (l = lm_map_next(in->links, &i)) != NULL;)
		link_free(l);
	watches_free(in);
	shortages_fini(in);
	lm_map_free(in->components);
	lm_map_free(in->links);
	struct found *found;
	for (size_t i = 0; in->found != NULL && (found = lm_map_next(in->found, &i)) != NULL;)
		found_free(found);
	lm_map_free(in->found);
	for (size_t i = 0; i < in->refers.n; i++)
		free(in->refers.v[i]);
	lm_vec_free(&in->refers);
	for (size_t i = 0; i < in->trees.n; i++)
		tree_free(in->trees.v[i]);
	lm_vec_free(&in->trees);
	lm_vec_free(&in->queue);
	lm_vec_free(&in->aside);
	free(in->name);
	free(in);
}

struct component *component_new(struct instance *in, const char *name, const char *id)
{
	size_t size = strlen(name) + 1;
	struct component *c = lm_alloc(sizeof *c + size);

	memcpy(c->name, name, size);
	snprintf(c->id, sizeof c->id, "%s", id);
	c->instance = in;
	return c;
}

/* A find has no component, and waits for its location alone. */
bool component_is_awaited(const struct component *c)
{
	return c != NULL && (c->flight != NULL || c->turn != NULL || c->line != NULL);
}

size_t heal_times(const struct component *c, const int64_t **out_ms)
{
	return c->heal != NULL ? policies_heals(c->heal->policy, out_ms)
			       : budget_times(c->asked, out_ms);
}

void component_free(struct component *c)
{
	if (c == NULL)
		return;
	if (component_is_awaited(c)) { /* the last that needs it will come back here */
		c->is_gone = true;
		return;
	}
	metrics_fini(c);
	budget_free(c->asked);
	component_move(c, NULL, -1);
	lm_kvs_fini(&c->outputs);
	lm_kvs_fini(&c->topology);
	free(c);
}

const char *const link_state_text[] = {
    [LINK_CREATED] = "Created",
    [LINK_CREATING] = "Creating",
    [LINK_CEASING] = "Ceasing",
    [LINK_DOUBTFUL] = "Doubtful",
};

struct link *link_new(const char *name)
{
	struct link *l = lm_alloc(sizeof *l);

	l->name = lm_strdup(name);
	return l;
}

void link_free(struct link *l)
{
	if (l == NULL)
		return;
	for (size_t i = 0; i < l->via.n; i++)
		found_free(l->via.v[i]);
	lm_vec_free(&l->via);
	link_move(l, NULL, -1);
	lm_kvs_fini(&l->properties);
	free(l->name);
	free(l);
}

bool component_is_outside(const struct component *c)
{
	return strcmp(c->name, COMPONENT_OUTSIDE) == 0;
}

const char *flight_resource(const struct flight *f)
{
	if (f->component == NULL) /* a find */
		return f->process->plan->steps[f->run].subject;
	return component_is_outside(f->component) ? f->component->instance->name
						  : f->component->name;
}

void process_free(struct process *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->earlier.n; i++) {
		free(p->earlier.v[i].step);
		free(p->earlier.v[i].subject);
		free(p->earlier.v[i].resource);
		free(p->earlier.v[i].action);
	}
	lm_vec_free(&p->earlier);
	lm_vec_free(&p->ready);
	spec_fini(&p->before);
	spec_fini(&p->desired);
	lm_arena_free(p->plan_arena);
	lm_arena_free(p->arena);
	free(p->failed_component);
	free(p->reason);
	free(p);
}

static enum component_state node_state(const struct instance *in, const struct graph_node *n)
{
	const struct component *c = lm_map_find(in->components, n->name);

	return c == NULL ? COMPONENT_ABSENT : c->state;
}

enum component_state instance_state(const struct instance *in)
{
	const struct graph *g = in->tree->graph;
	enum component_state state = COMPONENT_ACTIVE;

	for (size_t i = 0; i < g->n_nodes; i++)
		if (g->nodes[i].resource != NULL && !g->nodes[i].spare)
			state = component_state_fold(state, node_state(in, &g->nodes[i]));
	return state;
}

enum component_state *instance_states(
    const struct instance *in, const struct graph *g, struct lm_arena *a)
{
	enum component_state *states = LM_NEW_N(a, enum component_state, g->n_nodes + 1);

	for (size_t i = 0; i < g->n_nodes; i++)
		states[i] = COMPONENT_ACTIVE;
	/* Children stand behind their parents. */
	for (size_t i = g->n_nodes; i-- > 0;) {
		const struct graph_node *n = &g->nodes[i];

		if (n->resource != NULL)
			states[i] = node_state(in, n);
		if (n->parent >= 0 && !spare_is_root(g, (int)i))
			states[n->parent] = component_state_fold(states[n->parent], states[i]);
	}
	return states;
}

void node_id(const struct instance *in, const struct graph *g, int node, char out[LM_ID_SIZE])
{
	const char *name = g->nodes[node].name;
	const struct component *c = lm_map_find(in->components, name);

	if (c != NULL)
		snprintf(out, LM_ID_SIZE, "%s", c->id);
	else if (node == 0)
		snprintf(out, LM_ID_SIZE, "%s", in->id);
	else
		lm_id(lm_hash(in->id), name, out);
}
