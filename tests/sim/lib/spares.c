/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/lib/spares.h"

#include <string.h>

#include "tests/sim/lib/goals.h"
#include "tests/sim/lib/peek.h"

enum role { NOBODY, MEMBER, SPARE };

static bool is_among(const struct graph *g, const int *nodes, size_t n, int index)
{
	for (size_t i = 0; i < n; i++)
		if (g->nodes[nodes[i]].index == index)
			return true;
	return false;
}

static enum role role_of(const struct graph *g, const char *cluster, int index)
{
	int at = graph_find_cluster(g, cluster);

	if (at < 0)
		return NOBODY;
	const struct graph_cluster *k = &g->clusters[at];
	if (is_among(g, k->members, k->n_members, index))
		return MEMBER;
	return is_among(g, k->spare_members, k->n_spare_members, index) ? SPARE : NOBODY;
}

/* ---- when roles change ------------------------------------------------------------------------- */

static void check_taken(struct stage *s, const struct instance *in, const struct graph *g, int top)
{
	for (size_t i = (size_t)top; i < g->n_nodes; i++) {
		const struct component *c =
		    g->nodes[i].resource == NULL || !goals_counts(g, (int)i, top)
			? NULL
			: lm_map_find(in->components, g->nodes[i].name);

		if (c != NULL && c->state > COMPONENT_ACTIVE)
			stage_wrong(s, "%s was taken into service while %s was %s",
			    g->nodes[top].name, c->name, component_state_text(c->state));
	}
}

static bool stands_by(const struct component *c)
{
	return c != NULL && !c->rebuild && c->healer == NULL &&
	       (c->state == COMPONENT_ACTIVE || (c->state == COMPONENT_INACTIVE && c->ready));
}

/* All of it runs, as the tree says that was wanted last. */
static bool is_ready(const struct instance *in, const struct graph *g, int top)
{
	for (size_t i = (size_t)top; i < g->n_nodes; i++) {
		if (g->nodes[i].resource == NULL || !goals_counts(g, (int)i, top))
			continue;
		const struct component *c = lm_map_find(in->components, g->nodes[i].name);

		/* Silently it would have become so with this very event. */
		if (!stands_by(c) || c->tree != in->tree ||
		    (g->nodes[i].resource->declared & (1u << TRANSITION_INTEGRITY)) == 0)
			return false;
	}
	return true;
}

static void check_cluster(struct stage *s, const struct instance *in, const struct graph *was,
    const struct graph_cluster *k)
{
	const struct graph *g = in->tree->graph;
	enum intent_kind kind = in->running->intent.kind;
	bool chooses = kind == INTENT_HEAL || kind == INTENT_SCALE_OUT;
	bool has_new = false;

	for (size_t i = 0; i < k->n_members; i++) {
		enum role role = role_of(was, k->name, g->nodes[k->members[i]].index);

		has_new = has_new || role == NOBODY;
		s->coverage->served += role == SPARE;
		if (role == SPARE && chooses)
			check_taken(s, in, g, k->members[i]);
		if (role == NOBODY && kind == INTENT_HEAL)
			stage_wrong(s, "a heal has made %s", g->nodes[k->members[i]].name);
	}
	for (size_t i = 0; i < k->n_spare_members; i++) {
		enum role role = role_of(was, k->name, g->nodes[k->spare_members[i]].index);

		s->coverage->retired += role == MEMBER;
		if (role == SPARE && has_new && kind == INTENT_SCALE_OUT &&
		    in->tree->spec.target == COMPONENT_ACTIVE && k->spares_state == END_INACTIVE &&
		    is_ready(in, g, k->spare_members[i]))
			stage_wrong(s, "%s was ready, and a new one was taken in its place",
			    g->nodes[k->spare_members[i]].name);
	}
}

/* A process has just begun, and leads to another tree. */
static void check_roles(struct stage *s, const struct instance *in)
{
	const struct process *p = in->running;
	const struct tree *was = instance_find_tree(in, p->from_number);

	for (size_t i = 0; was != NULL && i < in->tree->graph->n_clusters; i++) {
		const struct graph_cluster *k = &in->tree->graph->clusters[i];

		if (graph_find_cluster(was->graph, k->name) >= 0)
			check_cluster(s, in, was->graph, k);
	}
}

/* s0, s1, ... */
static char *judged_of(struct stage *s, const struct instance *in)
{
	return s->judged[(unsigned)(in->name[1] - '0') % MODEL_ROOTS];
}

void spares_restart(struct stage *s)
{
	const struct instance *in;

	for (size_t i = 0; (in = lm_map_next(s->engine->instances, &i)) != NULL;)
		if (in->running != NULL)
			snprintf(judged_of(s, in), LM_ID_SIZE, "%s", in->running->id);
}

void spares_event(struct stage *s, const struct instance *in)
{
	const struct process *p = in->running;
	char *judged = judged_of(s, in);

	if (p == NULL || p->to == NULL || p->from_number == p->to_number ||
	    strcmp(judged, p->id) == 0)
		return;
	snprintf(judged, LM_ID_SIZE, "%s", p->id);
	check_roles(s, in);
}

/* ---- at rest ----------------------------------------------------------------------------------- */

/* The spare that a node of another tree stands in today; -1: none. */
static int spare_of(const struct graph *g, const char *name)
{
	int at = graph_find_node(g, name);

	while (at >= 0 && !goals_is_spare(g, at))
		at = g->nodes[at].parent;
	return at;
}

static void check_ends(struct stage *s, const struct graph *g, const struct link *l)
{
	const struct graph_relationship *r = &l->tree->graph->relationships[l->index];
	const struct graph_node *nodes = l->tree->graph->nodes;
	int source = r->source.node < 0 ? -1 : spare_of(g, nodes[r->source.node].name);
	int target = r->target.node < 0 ? -1 : spare_of(g, nodes[r->target.node].name);

	if (source != target)
		stage_wrong(s, "a spare is an end of %s", l->name);
}

void spares_rest(struct stage *s, const struct instance *in)
{
	const struct graph *g = in->tree->graph;
	const struct link *l;

	for (size_t i = 0; i < g->n_clusters; i++)
		if (g->clusters[i].n_spare_members < g->clusters[i].spares ||
		    g->clusters[i].n_spare_members > g->clusters[i].spares + LOST_MAX)
			stage_wrong(s, "%s has %zu spares instead of %u", g->clusters[i].name,
			    g->clusters[i].n_spare_members, g->clusters[i].spares);
	for (size_t i = 0; (l = lm_map_next(in->links, &i)) != NULL;)
		check_ends(s, g, l);
}
