/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/core/view/look.h"

#include <math.h>
#include <stdlib.h>

#include "lm/core/engine_priv.h"

/* Of each node the member of a cluster that it belongs to, by place in the cluster; -1: none. */
static int *members_of_nodes(
    const struct graph *g, const struct graph_cluster *c, struct lm_arena *a)
{
	int *member = LM_NEW_N(a, int, g->n_nodes + 1);

	for (size_t i = 0; i < g->n_nodes; i++)
		member[i] = -1;
	for (size_t i = 0; i < c->n_members; i++)
		member[c->members[i]] = (int)i;
	for (size_t i = 0; i < g->n_nodes; i++) /* parents stand before their children */
		if (g->nodes[i].parent >= 0 && member[i] < 0)
			member[i] = member[g->nodes[i].parent];
	return member;
}

static const struct component *component_at(const struct instance *in, int node)
{
	return lm_map_find(in->components, in->tree->graph->nodes[node].name);
}

/* By place in the cluster, whether it is Active and all its relationships exist. */
static bool *who_serves(
    const struct instance *in, const struct graph_cluster *c, const int *member, struct lm_arena *a)
{
	const struct graph *g = in->tree->graph;
	bool *serves = LM_NEW_N(a, bool, c->n_members + 1);

	for (size_t i = 0; i < c->n_members; i++)
		serves[i] = true;
	for (size_t i = 0; i < g->n_nodes; i++) {
		const struct component *x = NULL;

		if (member[i] < 0 || g->nodes[i].resource == NULL)
			continue;
		x = component_at(in, (int)i);
		serves[member[i]] &= x != NULL && x->state == COMPONENT_ACTIVE;
	}
	for (size_t i = 0; i < g->n_relationships; i++) {
		const struct graph_relationship *r = &g->relationships[i];
		const int ends[] = {r->source.node, r->target.node};
		const struct link *l = lm_map_find(in->links, r->name);

		for (size_t k = 0; k < LM_COUNT(ends); k++)
			if (ends[k] >= 0 && member[ends[k]] >= 0)
				serves[member[ends[k]]] &= l != NULL && l->state == LINK_CREATED;
	}
	return serves;
}

static double period_of(struct facts *f, const struct graph_metric *m)
{
	struct graph_facts gf = facts_of(f);
	const char *text = graph_expr_value(f->graph, &m->period_s, &gf, f->arena);

	return text == NULL || *text == '\0' ? 60 : strtod(text, NULL);
}

static void look_limits(struct facts *f, size_t number, struct scale_look *out)
{
	struct watch w = {.index = (int)number};
	struct policy_scale set;

	watch_describe_scale(f, &w, &set);
	double tolerance = isnan(set.tolerance) ? set.target / 10 : set.tolerance;
	out->min = set.min;
	out->max = set.max;
	out->target = set.target;
	out->out = isnan(set.out) ? set.target + tolerance : set.out;
	out->in = isnan(set.in) ? set.target - tolerance : set.in;
}

static void look_reporters(const struct instance *in, const struct graph_scale *s,
    struct lm_arena *a, struct scale_look *out)
{
	out->reporters = LM_NEW_N(a, const char *, s->n_metrics + 1);
	for (size_t i = 0; i < s->n_metrics; i++) {
		const struct component *c =
		    component_at(in, in->tree->graph->metrics[s->metrics[i]].node);

		if (c != NULL && c->state == COMPONENT_ACTIVE)
			out->reporters[out->n_reporters++] = lm_arena_strdup(a, c->id);
	}
}

bool engine_look_scale(const struct engine *e, const char *root, size_t number, struct lm_arena *a,
    struct scale_look *out)
{
	const struct instance *in = engine_find_instance(e, root);

	if (in == NULL || in->tree->graph == NULL || number >= in->tree->graph->n_scales)
		return false;
	const struct graph *g = in->tree->graph;
	const struct graph_scale *s = &g->scales[number];
	const struct graph_cluster *c = &g->clusters[s->cluster];
	const bool *serves = who_serves(in, c, members_of_nodes(g, c, a), a);
	struct facts f = {(struct engine *)(uintptr_t)e, in, g, a};
	*out = (struct scale_look){
	    .name = lm_arena_join(a, g->nodes[s->owner].name, "__", s->name, NULL),
	    .owner = lm_arena_strdup(a, g->nodes[s->owner].descriptor),
	    .policy = lm_arena_strdup(a, s->name),
	    .cluster = lm_arena_strdup(a, c->name),
	    .members = (unsigned)c->n_members,
	};
	look_limits(&f, number, out);
	if (s->n_metrics > 0) {
		out->metric = lm_arena_strdup(a, g->metrics[s->metrics[0]].name);
		out->period_s = period_of(&f, &g->metrics[s->metrics[0]]);
	}
	look_reporters(in, s, a, out);
	for (size_t i = 0; i < c->n_members; i++)
		out->serving += serves[i];
	return true;
}

static bool look_process(const struct process *p, struct process_look *out)
{
	if (p == NULL)
		return false;
	*out = (struct process_look){
	    .id = p->id,
	    .kind = p->intent.kind,
	    .status = p->status,
	    .reason = p->intent.reason,
	    .failure = p->reason,
	    .began_ms = p->start_ms,
	    .ended_ms = p->end_ms,
	};
	return true;
}

bool engine_look_newest(const struct engine *e, const char *root, struct process_look *out)
{
	const struct instance *in = engine_find_instance(e, root);

	return in != NULL && look_process(in->running != NULL ? in->running : in->last, out);
}

bool engine_look_process(const struct engine *e, const char *id, struct process_look *out)
{
	return look_process(lm_map_find(e->processes, id), out);
}

const char *engine_look_member(
    const struct engine *e, const char *root, size_t policy_number, unsigned nth)
{
	LM_AUTO(lm_arena) arena = lm_arena_new();
	const struct instance *in = engine_find_instance(e, root);

	if (in == NULL || in->tree->graph == NULL || policy_number >= in->tree->graph->n_scales)
		return NULL;
	const struct graph *g = in->tree->graph;
	const struct graph_cluster *c = &g->clusters[g->scales[policy_number].cluster];
	const int *member = members_of_nodes(g, c, arena);
	const bool *serves = who_serves(in, c, member, arena);
	size_t place = 0;
	for (; place < c->n_members; place++)
		if (serves[place] && nth-- == 0)
			break;
	for (size_t i = 0; place < c->n_members && i < g->n_nodes; i++) {
		const struct graph_resource *r = g->nodes[i].resource;

		if (member[i] == (int)place && r != NULL &&
		    (r->declared & 1U << TRANSITION_START) != 0)
			return component_at(in, (int)i)->id;
	}
	return NULL;
}
