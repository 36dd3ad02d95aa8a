/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "lm/core/engine_priv.h"

/* ---- values ------------------------------------------------------------------------------------ */

/* What was found outside has its own word for what it is; all others follow their graph. */
static struct lm_kvs own_properties(struct facts *f, const struct component *c, int node)
{
	struct graph_facts gf = facts_of(f);
	struct lm_kvs own =
	    component_is_outside(c) ? c->outputs : graph_node_values(f->graph, node, &gf, f->arena);

	return lm_kvs_copy(f->arena, &own);
}

static void add_missing(struct lm_kvs *all, const struct lm_kvs *more)
{
	for (size_t i = 0; i < more->n; i++)
		if (lm_kvs_find(all, more->v[i].name) == NULL)
			all->v[all->n++] = more->v[i];
}

/* The relationship's, then the operation's defaults. */
static struct lm_kvs given_properties(struct facts *f, const struct flight *flight, int node)
{
	const struct graph_operation *op =
	    graph_find_operation(&f->graph->nodes[node], flight->action);
	struct lm_kvs from = lm_kvs_copy(f->arena, &flight->process->runs[flight->run].properties);
	size_t max = from.n + (op == NULL ? 0 : op->n_properties);
	struct lm_kvs all = {LM_NEW_N(f->arena, struct lm_kv, max + 1), 0};
	struct graph_facts gf = facts_of(f);

	for (size_t i = 0; i < from.n; i++)
		all.v[all.n++] = from.v[i];
	for (size_t i = 0; op != NULL && i < op->n_properties; i++) {
		const struct graph_property *pr = &op->properties[i];
		const char *v = NULL;

		for (size_t k = 0; v == NULL && k < pr->n_candidates; k++)
			v = graph_expr_value(f->graph, &pr->candidates[k], &gf, f->arena);
		if (v != NULL && lm_kvs_find(&all, pr->name) == NULL)
			all.v[all.n++] = (struct lm_kv){
			    lm_arena_strdup(f->arena, pr->name), lm_arena_strdup(f->arena, v)};
	}
	return all;
}

/* The resource's properties, the operation's defaults over them, the relationship's over those. */
static struct lm_kvs laid_over(
    struct lm_arena *a, const struct lm_kvs *given, const struct lm_kvs *own)
{
	struct lm_kvs all = {LM_NEW_N(a, struct lm_kv, given->n + own->n + 1), 0};

	for (size_t i = 0; i < given->n; i++)
		all.v[all.n++] = given->v[i];
	add_missing(&all, own);
	return all;
}

static bool is_plain(const struct graph_property *p)
{
	return p->type == NULL || strcmp(p->type, "string") == 0;
}

static void add_types(
    struct lm_arena *a, const struct graph_property *list, size_t n, struct lm_kvs *out)
{
	for (size_t i = 0; i < n; i++)
		if (!is_plain(&list[i]) && lm_kvs_find(out, list[i].name) == NULL)
			out->v[out->n++] = (struct lm_kv){
			    lm_arena_strdup(a, list[i].name), lm_arena_strdup(a, list[i].type)};
}

static struct lm_kvs types_of(
    struct lm_arena *a, const struct graph_node *n, const struct graph_operation *op)
{
	size_t max = 0, own = n->n_properties, more = op == NULL ? 0 : op->n_properties;
	struct lm_kvs all = {0};

	for (size_t i = 0; i < own; i++)
		max += !is_plain(&n->properties[i]);
	for (size_t i = 0; i < more; i++)
		max += !is_plain(&op->properties[i]);
	if (max == 0)
		return all;
	all.v = LM_NEW_N(a, struct lm_kv, max);
	if (op != NULL)
		add_types(a, op->properties, more, &all);
	add_types(a, n->properties, own, &all);
	return all;
}

/* Outputs that no property is called after; nobody else sees them. */
static struct lm_kvs kept_of(
    struct lm_arena *a, const struct component *c, const struct lm_kvs *own)
{
	struct lm_kvs kept = {LM_NEW_N(a, struct lm_kv, c->outputs.n + 1), 0};

	for (size_t i = 0; i < c->outputs.n; i++)
		if (lm_kvs_find(own, c->outputs.v[i].name) == NULL)
			kept.v[kept.n++] = c->outputs.v[i];
	return lm_kvs_copy(a, &kept);
}

/* ---- drivers ------------------------------------------------------------------------------------ */

static void add_drivers(struct facts *f, const struct graph_drivers *list, bool is_default,
    struct step_driver *to, size_t *n)
{
	struct graph_facts gf = facts_of(f);

	for (size_t i = 0; i < list->n; i++) {
		const struct graph_driver *from = &list->v[i];
		struct lm_kvs values = {
		    LM_NEW_N(f->arena, struct lm_kv, from->n_properties + 1), 0};
		const char **locations = LM_NEW_N(f->arena, const char *, from->n_locations + 1);

		for (size_t k = 0; k < from->n_properties; k++) {
			const char *v =
			    graph_expr_value(f->graph, &from->properties[k].value, &gf, f->arena);

			if (v != NULL)
				values.v[values.n++] = (struct lm_kv){from->properties[k].name, v};
		}
		for (size_t k = 0; k < from->n_locations; k++)
			locations[k] = lm_arena_strdup(f->arena, from->locations[k]);
		to[(*n)++] = (struct step_driver){
		    .type = lm_arena_strdup(f->arena, from->type),
		    .locations = locations,
		    .n_locations = from->n_locations,
		    .is_default = is_default,
		    .properties = lm_kvs_copy(f->arena, &values),
		};
	}
}

static void tell_drivers(struct facts *f, const struct plan_step *s, const struct graph_node *n,
    const struct graph_operation *op, struct step_request *rq)
{
	static const struct graph_drivers none = {0};
	const struct graph_lifecycle_drivers *of = n->resource->drivers;
	const struct graph_drivers *own = op != NULL ? &op->drivers : &none;
	const struct graph_drivers *otherwise = of != NULL ? &of->otherwise : &none;

	if (of != NULL && s->kind == PLAN_TRANSITION)
		own = &of->transitions[s->transition];
	if (own->n + otherwise->n == 0)
		return;
	struct step_driver *to = LM_NEW_N(f->arena, struct step_driver, own->n + otherwise->n);
	add_drivers(f, own, false, to, &rq->n_drivers);
	add_drivers(f, otherwise, true, to, &rq->n_drivers);
	rq->drivers = to;
}

static bool names(const struct step_driver *d, const char *infrastructure)
{
	for (size_t i = 0; i < d->n_locations; i++)
		if (strcasecmp(d->locations[i], infrastructure) == 0)
			return true;
	return false;
}

static const struct step_driver *choose(
    const struct step_request *rq, bool is_default, const char *infrastructure)
{
	const struct step_driver *any = NULL;

	for (size_t i = 0; i < rq->n_drivers; i++) {
		const struct step_driver *d = &rq->drivers[i];

		if (d->is_default != is_default)
			continue;
		if (names(d, infrastructure))
			return d;
		if (any == NULL && (d->n_locations == 0 || names(d, "*")))
			any = d;
	}
	return any;
}

const struct step_driver *step_choose_driver(
    const struct step_request *rq, const char *infrastructure)
{
	const struct step_driver *own = choose(rq, false, infrastructure);

	return own != NULL ? own : choose(rq, true, infrastructure);
}

/* ---- both --------------------------------------------------------------------------------------- */

void request_tell(
    struct facts *f, const struct flight *flight, const struct whom *whom, struct step_request *rq)
{
	const struct plan_step *s = &flight->process->plan->steps[flight->run];
	const struct graph_node *n = &f->graph->nodes[whom->node];
	const struct component *c = flight->component;
	const struct graph_operation *op = NULL;
	struct lm_kvs infra = infra_values(f, whom->node);

	rq->own = own_properties(f, c, whom->node);
	rq->properties = rq->own;
	if (s->kind != PLAN_TRANSITION) {
		op = graph_find_operation(n, flight->action);
		rq->given = given_properties(f, flight, whom->node);
		rq->properties = laid_over(f->arena, &rq->given, &rq->own);
	}
	rq->infra = lm_kvs_copy(f->arena, &infra);
	rq->types = types_of(f->arena, n, op);
	rq->kept = kept_of(f->arena, c, &rq->own);
	rq->topology = lm_kvs_copy(f->arena, &c->topology);
	tell_drivers(f, s, n, op, rq);
}
