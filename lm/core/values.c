/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "lm/core/engine_priv.h"

/*
 * Values that changed under way: whom of the same assembly they reach.  The process plans once more
 * for those; other assemblies follow by themselves (refer/follow.c).
 */

bool component_is_reached(const struct component *c, const struct process *p)
{
	return c->reached_by == lm_hash(p->id);
}

bool component_reach(struct component *c, const struct process *p, struct turn *t)
{
	c->reached_by = lm_hash(p->id);
	journal_component(t, c);
	return true;
}

/* Consumers of what is new that were given something else; they come into the plan's reach. */
static bool reach_consumers(struct engine *e, struct process *p, struct turn *t)
{
	const struct graph *g = p->to->graph;
	struct facts f = {e, p->instance, g, p->plan_arena};
	const char *why;
	bool found = false;

	for (size_t i = 0; i < g->n_deps; i++) {
		const struct component *from =
		    lm_map_find(p->instance->components, g->nodes[g->deps[i].provider].name);
		struct component *c =
		    lm_map_find(p->instance->components, g->nodes[g->deps[i].consumer].name);

		if (from == NULL || !from->news || c == NULL || c->tree == NULL)
			continue;
		if (component_change(&f, g->deps[i].consumer, c, &why) == PLAN_KEEP)
			continue;
		found = component_is_reached(c, p) || component_reach(c, p, t);
	}
	return found;
}

static bool has_stale_links(struct engine *e, struct process *p)
{
	const struct graph *g = p->to->graph;
	struct facts f = {e, p->instance, g, p->plan_arena};
	const struct link *l;

	for (size_t i = 0; (l = lm_map_next(p->instance->links, &i)) != NULL;) {
		int index = l->tree == p->to ? l->index : graph_find_relationship(g, l->name);

		if (index >= 0 && l->state == LINK_CREATED && link_is_stale(&f, index, l))
			return true;
	}
	return false;
}

/*
 * Who still stands under an older tree: compared at last, now that everybody has brought its values.
 */
static bool reach_undecided(struct engine *e, struct process *p, struct turn *t)
{
	struct facts f = {e, p->instance, p->to->graph, p->plan_arena};
	struct component *c;
	const char *why;
	bool found = false;

	for (size_t i = 0; (c = lm_map_next(p->instance->components, &i)) != NULL;) {
		if (c->tree == NULL || c->tree == p->to)
			continue;
		int node = graph_find_node(p->to->graph, c->name);
		if (node < 0 || p->to->graph->nodes[node].resource == NULL)
			continue;
		if (component_change(&f, node, c, &why) == PLAN_KEEP)
			component_move(c, p->to, node);
		else
			found = component_reach(c, p, t);
	}
	return found;
}

/* A reference leads elsewhere: whoever is given something of it is not told by dependencies. */
static bool reach_all(struct engine *e, struct process *p, struct turn *t)
{
	struct facts f = {e, p->instance, p->to->graph, p->plan_arena};
	struct component *c;
	const char *why;
	bool found = false;

	for (size_t i = 0; (c = lm_map_next(p->instance->components, &i)) != NULL;)
		if (c->tree == p->to && component_change(&f, c->node, c, &why) != PLAN_KEEP)
			found = component_reach(c, p, t);
	return found;
}

static void forget_news(struct process *p)
{
	struct component *c;

	for (size_t i = 0; (c = lm_map_next(p->instance->components, &i)) != NULL;)
		c->news = false;
	p->has_news = p->has_found = false;
}

/* True when the values that came up have to be carried on to others: the process plans again. */
bool values_moved(struct engine *e, struct process *p, struct turn *t)
{
	bool undecided = false, consumers = false, links = false;

	if (p->to == NULL || p->cancelling)
		return false;
	if (p->scope == SCOPE_ALL)
		undecided = reach_undecided(e, p, t);
	if (p->has_found)
		consumers = reach_all(e, p, t);
	if (p->has_news) {
		consumers = reach_consumers(e, p, t) || consumers;
		links = has_stale_links(e, p);
	}
	forget_news(p);
	return undecided || consumers || links;
}
