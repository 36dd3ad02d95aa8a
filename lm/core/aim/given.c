/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "lm/core/engine_priv.h"

/*
 * What a component was given, and whether the same would be given now.  A value that lists members
 * of a cluster counts as volatile: a pool that grows must not tear down whoever knows it.
 */

/* A value is handed on at most this often before it is taken for something plain. */
enum { HANDED_ON_MAX = 64 };

static uint64_t mix(uint64_t hash, const char *name, const char *value)
{
	return (hash ^ lm_hash(name)) * 0x9e3779b97f4a7c15u + lm_hash(value == NULL ? "" : value);
}

static bool lists_members(const struct graph *g, const struct graph_expr *x, int depth);

static bool property_lists_members(const struct graph *g, int node, const char *name, int depth)
{
	const struct graph_node *n = &g->nodes[node];

	for (size_t i = 0; i < n->n_properties; i++)
		if (strcmp(n->properties[i].name, name) == 0)
			return n->properties[i].n_candidates > 0 &&
			       lists_members(g, &n->properties[i].candidates[0], depth);
	return false;
}

static bool lists_members(const struct graph *g, const struct graph_expr *x, int depth)
{
	for (size_t i = 0; i < x->n && depth < HANDED_ON_MAX; i++) {
		const struct graph_part *p = &x->parts[i];

		if (p->kind == GRAPH_PART_CLUSTER)
			return true;
		if (p->kind == GRAPH_PART_PROPERTY &&
		    property_lists_members(g, p->index, p->text, depth + 1))
			return true;
	}
	return false;
}

static bool is_fluid(const struct graph *g, const struct graph_property *p)
{
	return p->is_volatile || (p->n_candidates > 0 && lists_members(g, &p->candidates[0], 0));
}

/* What it would get if it had not reported a value of its own. */
static const char *handed_over(struct facts *f, const struct graph_property *p)
{
	struct graph_facts gf = facts_of(f);
	const char *v = NULL;

	for (size_t i = 0; v == NULL && i < p->n_candidates; i++)
		v = graph_expr_value(f->graph, &p->candidates[i], &gf, f->arena);
	return v;
}

struct given given_of(struct facts *f, int node, const struct component *c,
    const struct lm_kvs *values, const struct lm_kvs *infra)
{
	const struct graph_node *n = &f->graph->nodes[node];
	struct given given = {.fixed = mix(1, "", n->descriptor), .fluid = 1};

	for (size_t i = 0; i < n->n_properties; i++) {
		const struct graph_property *p = &n->properties[i];

		if (p->read_only)
			continue;
		const char *v = lm_kvs_find(&c->outputs, p->name) != NULL
				    ? handed_over(f, p)
				    : lm_kvs_find(values, p->name);
		uint64_t *hash = is_fluid(f->graph, p) ? &given.fluid : &given.fixed;
		*hash = mix(*hash, p->name, v);
	}
	for (size_t i = 0; i < infra->n; i++)
		given.fixed = mix(given.fixed, infra->v[i].name, infra->v[i].value);
	return given;
}

struct lm_kvs infra_values(struct facts *f, int node)
{
	const struct graph_resource *r = f->graph->nodes[node].resource;
	struct graph_facts gf = facts_of(f);

	if (r->n_infra == 0)
		return (struct lm_kvs){0};
	const struct graph_infra *infra = &r->infra[0];
	struct lm_kvs kvs = {LM_NEW_N(f->arena, struct lm_kv, infra->n_attrs + 1), 0};
	for (size_t i = 0; i < infra->n_attrs; i++) {
		const char *v = graph_expr_value(f->graph, &infra->attrs[i].value, &gf, f->arena);

		if (v != NULL)
			kvs.v[kvs.n++] = (struct lm_kv){infra->attrs[i].name, v};
	}
	return kvs;
}

/* ---- would it be given the same now? ------------------------------------------------------------- */

/* For people: the first property that has another value under the new tree than under the old. */
static const char *changed_name(struct facts *now, int node, const struct component *c)
{
	struct facts then = {now->engine, now->instance, c->tree->graph, now->arena};
	struct graph_facts gf = facts_of(now), of = facts_of(&then);
	struct lm_kvs new_values = graph_node_values(now->graph, node, &gf, now->arena);
	struct lm_kvs old_values = graph_node_values(c->tree->graph, c->node, &of, now->arena);

	for (size_t i = 0; c->tree->graph != now->graph && i < new_values.n; i++) {
		const char *old = lm_kvs_find(&old_values, new_values.v[i].name);

		if (old == NULL || strcmp(old, new_values.v[i].value) != 0)
			return lm_arena_printf(now->arena, "%s has changed", new_values.v[i].name);
	}
	return "a value it was given has changed";
}

bool component_is_retyped(struct facts *f, int node, const struct component *c, const char **why)
{
	const char *was = c->tree->graph->nodes[c->node].descriptor;

	if (strcmp(was, f->graph->nodes[node].descriptor) == 0)
		return false;
	*why = lm_arena_printf(f->arena, "it was %s", was);
	return true;
}

enum plan_change component_change(
    struct facts *f, int node, const struct component *c, const char **why)
{
	const struct graph_node *n = &f->graph->nodes[node];

	*why = NULL;
	if (component_is_retyped(f, node, c, why))
		return PLAN_RENEW;
	if (c->given.fixed == 0)
		return PLAN_KEEP;
	struct graph_facts gf = facts_of(f);
	struct lm_kvs values = graph_node_values(f->graph, node, &gf, f->arena);
	struct lm_kvs infra = infra_values(f, node);
	struct given now = given_of(f, node, c, &values, &infra);
	if (now.fixed == c->given.fixed && now.fluid == c->given.fluid)
		return PLAN_KEEP;
	*why = changed_name(f, node, c);
	if (now.fixed != c->given.fixed)
		return PLAN_RENEW;
	if ((n->resource->declared & (1u << TRANSITION_RECONFIGURE)) == 0)
		return PLAN_KEEP;
	return component_is_up(c) ? PLAN_RECONFIGURE : PLAN_RENEW;
}
