/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "lm/core/engine_priv.h"

/*
 * A heal where spares stand by: who is ill in a cluster changes roles with a spare that is ready.
 * That one serves at once; the other one is mended behind it, as a spare.
 */
struct swap {
	const struct instance *in;
	const struct graph *graph;
	struct membership *members; /* of the spec that is to be */
	const bool *ready;          /* by node */
	bool *used;                 /* by node: it changes roles already */
	bool is_any;
};

static bool has_spares(const struct graph *g)
{
	for (size_t i = 0; i < g->n_clusters; i++)
		if (g->clusters[i].n_spare_members > 0)
			return true;
	return false;
}

/* A spare of the cluster that is ready and not taken yet; -1: none. */
static int find_spare(const struct swap *s, const struct graph_cluster *k)
{
	for (size_t i = 0; i < k->n_spare_members; i++)
		if (s->ready[k->spare_members[i]] && !s->used[k->spare_members[i]])
			return k->spare_members[i];
	return -1;
}

/* The innermost member that it stands in and that somebody can replace. */
static void replace(struct swap *s, int node)
{
	const struct graph *g = s->graph;

	for (int at = node; at > 0 && !g->nodes[at].spare && !s->used[at];
	     at = g->nodes[at].parent) {
		const struct graph_cluster *k =
		    g->nodes[at].cluster < 0 ? NULL : &g->clusters[g->nodes[at].cluster];
		int spare = k == NULL ? -1 : find_spare(s, k);

		if (spare < 0)
			continue;
		s->used[at] = s->used[spare] = s->is_any = true;
		members_swap(membership_find(s->members, k->name), g->nodes[at].index,
		    g->nodes[spare].index);
		return;
	}
}

/* A spare that is to be healed itself is of no use to others. */
static void rule_out(struct swap *s, int node)
{
	for (int at = node; s->graph->nodes[at].spare; at = s->graph->nodes[at].parent)
		s->used[at] = true;
}

bool aim_swaps(
    struct engine *e, const struct instance *in, const struct aim *a, struct membership *members)
{
	const struct graph *g = in->tree->graph;

	if (in->tree->spec.target != COMPONENT_ACTIVE || !has_spares(g))
		return false;
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct swap s = {.in = in,
	    .graph = g,
	    .members = members,
	    .ready = instance_ready(e, in, arena),
	    .used = LM_NEW_N(arena, bool, g->n_nodes + 1)};
	LM_VEC(int) ill = {0};
	for (size_t i = 0; i < g->n_nodes; i++) {
		const struct graph_node *n = &g->nodes[i];
		const struct component *c =
		    n->resource == NULL ? NULL : lm_map_find(in->components, n->name);

		if (c == NULL || !aim_heals(a, c))
			continue;
		*LM_PUSH(arena, &ill) = (int)i;
		rule_out(&s, (int)i);
	}
	for (size_t i = 0; i < ill.n; i++)
		replace(&s, ill.v[i]);
	return s.is_any;
}
