/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "lm/core/engine_priv.h"

/*
 * Adoption: components that exist outside take their places in a new instance.  Nothing is
 * installed or started; what shall be Active is looked at (Integrity) first.
 */

/* By full name; of a name given twice the last counts. */
static struct lm_map *by_name(const struct intent *i)
{
	struct lm_map *m = lm_map_new();

	for (size_t k = 0; k < i->n_resources; k++)
		lm_map_put(m, i->resources[k].name, (void *)(uintptr_t)&i->resources[k]);
	return m;
}

static struct lm_err *check_one(
    struct engine *e, const struct intent *i, const struct graph *g, const struct adopted *a)
{
	int node = graph_find_node(g, a->name);

	if (node < 0 || g->nodes[node].resource == NULL)
		return lm_err_new(LM_ERR_INVALID,
		    "resources: '%s' has no resource '%s' ('lm graph' shows its tree)",
		    i->assembly_name, a->name);
	if (g->nodes[node].spare)
		return lm_err_new(LM_ERR_INVALID,
		    "resources: '%s' is a spare: those are not adopted but made", a->name);
	if (a->id != NULL && (*a->id == '\0' || strlen(a->id) >= LM_ID_SIZE))
		return lm_err_new(LM_ERR_INVALID, "resources: '%s': an id has 1 to %d characters",
		    a->name, LM_ID_SIZE - 1);
	if (a->id != NULL && lm_map_find(e->components, a->id) != NULL)
		return lm_err_new(LM_ERR_CONFLICT,
		    "resources: '%s': id %s belongs to a component already", a->name, a->id);
	return NULL;
}

/* Who serves is taken over; spares are made. */
static bool is_adopted(const struct graph_node *n)
{
	return n->resource != NULL && !n->spare;
}

static bool needs_something_outside(const struct graph_node *n)
{
	return is_adopted(n) && (n->resource->declared & (1u << TRANSITION_INSTALL)) != 0;
}

struct lm_err *adopt_check(struct engine *e, const struct intent *i, const struct graph *g)
{
	LM_AUTO(lm_map) given = by_name(i);
	LM_AUTO(lm_map) ids = lm_map_new();

	for (size_t k = 0; k < i->n_resources; k++) {
		const struct adopted *a = &i->resources[k];
		struct lm_err *err = check_one(e, i, g, a);

		if (err != NULL)
			return err;
		if (lm_map_find(given, a->name) != a)
			return lm_err_new(
			    LM_ERR_INVALID, "resources: '%s' stands there twice", a->name);
		if (a->id != NULL && lm_map_put(ids, a->id, given) != NULL)
			return lm_err_new(
			    LM_ERR_INVALID, "resources: id %s stands there twice", a->id);
	}
	for (size_t k = 0; k < g->n_nodes; k++)
		if (needs_something_outside(&g->nodes[k]) &&
		    lm_map_find(given, g->nodes[k].name) == NULL)
			return lm_err_new(LM_ERR_INVALID,
			    "resources: '%s' is missing: an adoption names every resource that "
			    "exists outside",
			    g->nodes[k].name);
	return NULL;
}

struct lm_map *adopted_ids(const struct intent *i)
{
	struct lm_map *m = lm_map_new();

	for (size_t k = 0; k < i->n_resources; k++)
		if (i->resources[k].id != NULL)
			lm_map_put(m, i->resources[k].name, (void *)(uintptr_t)i->resources[k].id);
	return m;
}

static void take_over(struct process *p, int node, struct component *c, const struct adopted *a)
{
	for (size_t i = 0; a != NULL && i < a->outputs.n; i++)
		lm_kvs_set(&c->outputs, a->outputs.v[i].name, a->outputs.v[i].value);
	if (a != NULL)
		lm_kvs_lay(&c->topology, &a->topology);
	component_move(c, p->to, node);
	c->started = p->to->spec.target == COMPONENT_ACTIVE;
}

/* As if everybody had been brought up with the values that all of them have now. */
static void settle(struct engine *e, struct process *p, int node, int64_t now_ms, struct turn *t)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct facts f = {e, p->instance, p->to->graph, arena};
	struct graph_facts gf = facts_of(&f);
	struct component *c = lm_map_find(p->instance->components, p->to->graph->nodes[node].name);
	struct lm_kvs values = graph_node_values(f.graph, node, &gf, arena);
	struct lm_kvs infra = infra_values(&f, node);
	enum component_state target = p->to->spec.target;

	c->given = given_of(&f, node, c, &values, &infra);
	component_set_state(
	    e, c, target < COMPONENT_INACTIVE ? target : COMPONENT_INACTIVE, p, now_ms, t);
}

void process_adopt(struct engine *e, struct process *p, int64_t now_ms, struct turn *t)
{
	LM_AUTO(lm_map) given = by_name(&p->intent);
	const struct graph *g = p->to->graph;

	for (size_t i = 0; i < g->n_nodes; i++)
		if (is_adopted(&g->nodes[i]))
			take_over(p, (int)i, lm_map_find(p->instance->components, g->nodes[i].name),
			    lm_map_find(given, g->nodes[i].name));
	for (size_t i = 0; i < g->n_nodes; i++)
		if (is_adopted(&g->nodes[i]))
			settle(e, p, (int)i, now_ms, t);
}
