/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "lm/core/engine_priv.h"

/* A refusal shows this many diagnostics; more would not help an operator who sent one intent. */
enum { DIAGS_MAX = 8, TEXT_MAX = 1500 };

void aim_fini(struct aim *a)
{
	if (a->want != a->have)
		graph_free(a->want);
	membership_fini(&a->after);
	*a = (struct aim){0};
}

/* The messages of all errors, joined: what the API's answer carries. */
static struct lm_err *refuse(const struct diags *diags)
{
	struct lm_buf text;

	lm_buf_init(&text, TEXT_MAX);
	for (size_t i = 0; i < diags_count(diags); i++) {
		const struct diag *d = diags_at(diags, i);

		if (d->severity != DIAG_ERROR)
			continue;
		lm_buf_printf(&text, "%s%s [%s]", text.n > 0 ? "; " : "", d->message, d->code);
		if (d->help != NULL)
			lm_buf_printf(&text, " (%s)", d->help);
	}
	struct lm_err *e = lm_err_new(LM_ERR_INVALID, "%s", text.p);
	lm_buf_fini(&text);
	return e;
}

struct lm_err *aim_build(struct engine *e, const char *descriptor, const char *name,
    const struct lm_kvs *properties, const struct membership *members, struct graph **out)
{
	LM_AUTO(diags) diags = diags_new(DIAGS_MAX);
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct graph_members *view;
	size_t n = membership_view(members, arena, &view);

	*out = graph_build(e->conf.catalog,
	    &(struct graph_request){
		.descriptor = descriptor,
		.instance = name,
		.properties = *properties,
		.members = view,
		.n_members = n,
	    },
	    diags);
	return *out == NULL ? refuse(diags) : NULL;
}

static struct lm_err *aim_create(struct engine *e, const struct intent *i, struct aim *a)
{
	if (i->descriptor == NULL)
		return lm_err_new(LM_ERR_INVALID, "descriptorName is missing");
	if (i->intended_state == NULL ||
	    !component_state_parse_intended(i->intended_state, &a->target))
		return lm_err_new(
		    LM_ERR_INVALID, "intendedState must be Installed, Inactive or Active");
	if (catalog_find(e->conf.catalog, i->descriptor) == NULL)
		return lm_err_new(LM_ERR_NOT_FOUND,
		    "there is no descriptor '%s' in the catalog ('lm get descriptors' lists them)",
		    i->descriptor);
	struct lm_err *err = aim_build(
	    e, i->descriptor, i->assembly_name, &i->properties, &(struct membership){0}, &a->want);
	if (err != NULL)
		return err;
	membership_from_graph(&a->after, a->want);
	return NULL;
}

static struct lm_err *aim_change_state(
    const struct intent *i, const struct instance *in, struct aim *a)
{
	if (i->intended_state == NULL ||
	    !component_state_parse_intended(i->intended_state, &a->target))
		return lm_err_new(
		    LM_ERR_INVALID, "intendedState must be Installed, Inactive or Active");
	if (a->target == COMPONENT_INSTALLED &&
	    instance_state(in, in->graph, 0) > COMPONENT_INSTALLED)
		return lm_err_new(LM_ERR_INVALID,
		    "no transition leads from %s back to Installed: delete and create it",
		    component_state_text(instance_state(in, in->graph, 0)));
	return NULL;
}

static struct lm_err *aim_delete(struct engine *e, const struct instance *in, struct aim *a)
{
	const char *referrer = instance_referrer(e, in);

	if (referrer != NULL)
		return lm_err_new(LM_ERR_CONFLICT,
		    "'%s' is referenced by '%s': delete that one first", in->name, referrer);
	a->want = NULL;
	a->target = COMPONENT_ABSENT;
	return NULL;
}

static struct lm_err *aim_heal(
    struct engine *e, const struct intent *i, const struct instance *in, struct aim *a)
{
	const char *name = i->component_name != NULL ? i->component_name
			   : i->component_id != NULL ? i->component_id
						     : i->component_metric_key;
	if (name == NULL)
		return lm_err_new(LM_ERR_INVALID, "brokenComponentName is missing");
	const struct component *c = engine_find_component(e, name);
	if (c == NULL || c->instance != in)
		return lm_err_new(LM_ERR_NOT_FOUND,
		    "'%s' has no component '%s' ('lm describe %s' shows them)", in->name, name,
		    in->name);
	if (i->reason == NULL) /* a policy has marked it already, if it is still broken at all */
		a->broken = c;
	return NULL;
}

/* ---- scale ------------------------------------------------------------------------------------- */

static const struct graph_cluster *find_cluster(
    const struct graph *g, const struct instance *in, const char *name)
{
	for (size_t k = 0; k < g->n_clusters; k++)
		if (strcmp(g->clusters[k].name, name) == 0 ||
		    (strcmp(g->clusters[k].component, name) == 0 &&
			strcmp(g->nodes[g->clusters[k].owner].name, in->name) == 0))
			return &g->clusters[k];
	return NULL;
}

/* New members take the lowest free indices, so that names stay few. */
static void grow(struct members *m, unsigned by)
{
	m->indices = realloc(m->indices, (m->n + by) * sizeof *m->indices);
	if (m->indices == NULL)
		abort();
	for (; by > 0; by--) {
		size_t at = 0;

		while (at < m->n && m->indices[at] == (int)at + 1)
			at++;
		memmove(&m->indices[at + 1], &m->indices[at], (m->n - at) * sizeof *m->indices);
		m->indices[at] = (int)at + 1;
		m->n++;
	}
}

/* Whoever is not well goes first, then the highest index. */
static void shrink(
    struct members *m, unsigned by, const struct instance *in, const struct graph_cluster *c)
{
	for (; by > 0 && m->n > 0; by--) {
		size_t victim = m->n - 1;

		for (size_t k = m->n; k-- > 0;) {
			const struct graph *g = in->graph;
			int node = -1;

			for (size_t x = 0; x < c->n_members; x++)
				if (g->nodes[c->members[x]].index == m->indices[k])
					node = c->members[x];
			if (node >= 0 && instance_state(in, g, node) != COMPONENT_ACTIVE) {
				victim = k;
				break;
			}
		}
		m->n--;
		memmove(&m->indices[victim], &m->indices[victim + 1],
		    (m->n - victim) * sizeof *m->indices);
	}
}

static struct lm_err *aim_scale(
    struct engine *e, const struct intent *i, const struct instance *in, struct aim *a)
{
	if (i->cluster == NULL)
		return lm_err_new(LM_ERR_INVALID, "clusterName is missing");
	const struct graph_cluster *c = find_cluster(in->graph, in, i->cluster);
	if (c == NULL)
		return lm_err_new(
		    LM_ERR_NOT_FOUND, "'%s' has no cluster '%s'", in->name, i->cluster);
	struct members *m = membership_find(&a->after, c->name);
	unsigned n = (unsigned)m->n, by = c->increment;
	bool out = i->kind == INTENT_SCALE_OUT;

	if (out && c->max > 0 && n + by > c->max) /* clamp to the limit */
		by = n < c->max ? c->max - n : 0;
	if (!out && n < c->min + by)
		by = n > c->min ? n - c->min : 0;
	if (by == 0)
		return lm_err_new(LM_ERR_INVALID, "cluster '%s' is at its %s of %u", c->name,
		    out ? "maximum" : "minimum", n);
	if (out)
		grow(m, by);
	else
		shrink(m, by, in, c);
	return aim_build(e, in->descriptor, in->name, &in->properties, &a->after, &a->want);
}

/* ---- all of them ---------------------------------------------------------------------------------- */

static struct lm_err *aim_kind(
    struct engine *e, const struct intent *i, const struct instance *in, struct aim *a)
{
	switch (i->kind) {
	case INTENT_CREATE:
		return aim_create(e, i, a);
	case INTENT_CHANGE_STATE:
		return aim_change_state(i, in, a);
	case INTENT_DELETE:
		return aim_delete(e, in, a);
	case INTENT_HEAL:
		return aim_heal(e, i, in, a);
	case INTENT_SCALE_OUT:
	case INTENT_SCALE_IN:
		return aim_scale(e, i, in, a);
	default:
		break;
	}
	return lm_err_new(LM_ERR_INVALID, "unknown intent");
}

struct lm_err *aim_at(
    struct engine *e, const struct intent *i, const struct instance *in, struct aim *a)
{
	*a = (struct aim){0};
	if (in != NULL) {
		a->have = a->want = in->graph;
		a->target = in->intended;
		membership_from_graph(&a->after, in->graph);
	}
	struct lm_err *err = aim_kind(e, i, in, a);
	if (err == NULL && i->kind == INTENT_CREATE) {
		LM_AUTO(lm_arena) arena = lm_arena_new();
		struct facts f = {e, in, a->want, arena};

		err = facts_check_references(&f);
	}
	if (err != NULL)
		aim_fini(a);
	return err;
}

/* ---- the plan for it --------------------------------------------------------------------------------- */

/* The components that exist, as what is wanted and the tree they were made under see them. */
static struct plan_thing *things_of(
    const struct instance *in, const struct aim *a, struct lm_arena *arena, size_t *n)
{
	struct plan_thing *things =
	    LM_NEW_N(arena, struct plan_thing, lm_map_count(in->components) + 1);
	const struct component *c;

	*n = 0;
	for (size_t i = 0; (c = lm_map_next(in->components, &i)) != NULL;) {
		int wanted = a->want == NULL ? -1 : graph_find_node(a->want, c->name);
		int node = a->have == NULL ? -1 : graph_find_node(a->have, c->name);
		bool fell = c == a->broken && c->state == COMPONENT_ACTIVE;

		if (c->state == COMPONENT_ABSENT)
			continue;
		things[(*n)++] = (struct plan_thing){
		    .graph = node >= 0 ? a->have : a->want,
		    .node = node >= 0 ? node : wanted,
		    .wanted = wanted,
		    .state = fell ? COMPONENT_BROKEN : c->state,
		    .rebuild = c->rebuild,
		};
	}
	return things;
}

static struct plan_bond *bonds_of(
    const struct instance *in, const struct aim *a, struct lm_arena *arena, size_t *n)
{
	struct plan_bond *bonds = LM_NEW_N(arena, struct plan_bond, lm_map_count(in->links) + 1);
	const struct link *l;

	*n = 0;
	for (size_t i = 0; (l = lm_map_next(in->links, &i)) != NULL;) {
		int wanted = a->want == NULL ? -1 : graph_find_relationship(a->want, l->name);
		int index = a->have == NULL ? -1 : graph_find_relationship(a->have, l->name);

		bonds[(*n)++] = (struct plan_bond){
		    .graph = index >= 0 ? a->have : a->want,
		    .relationship = index >= 0 ? index : wanted,
		    .wanted = wanted,
		};
	}
	return bonds;
}

struct plan *aim_plan(
    const struct instance *in, const struct aim *a, struct lm_arena *arena, const char **circle)
{
	struct plan_request rq = {.want = a->want, .target = a->target};

	if (in != NULL) {
		rq.things = things_of(in, a, arena, &rq.n_things);
		rq.bonds = bonds_of(in, a, arena, &rq.n_bonds);
	}
	return plan_build(&rq, arena, circle);
}
