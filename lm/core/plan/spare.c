/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/core/plan/spare.h"

bool spare_is_root(const struct graph *g, int node)
{
	const struct graph_node *n = &g->nodes[node];

	if (!n->spare || n->cluster < 0)
		return false;
	const struct graph_cluster *k = &g->clusters[n->cluster];
	return graph_member(g, k->spare_members, k->n_spare_members, n->index) == node;
}

static enum component_state state_of_spares(const struct graph_cluster *k)
{
	return k->spares_state == END_INSTALLED ? COMPONENT_INSTALLED : COMPONENT_INACTIVE;
}

enum component_state spare_goal(const struct graph *g, int node, enum component_state target)
{
	enum component_state goal = target;

	for (int at = node; at >= 0 && g->nodes[at].spare; at = g->nodes[at].parent) {
		const struct graph_node *n = &g->nodes[at];

		if (spare_is_root(g, at) && state_of_spares(&g->clusters[n->cluster]) < goal)
			goal = state_of_spares(&g->clusters[n->cluster]);
	}
	return goal;
}

enum component_state *spare_goals(
    const struct graph *g, enum component_state target, struct lm_arena *a)
{
	enum component_state *goals = LM_NEW_N(a, enum component_state, g->n_nodes + 1);

	for (size_t i = 0; i < g->n_nodes; i++) {
		const struct graph_node *n = &g->nodes[i];
		enum component_state goal = n->parent >= 0 ? goals[n->parent] : target;

		if (spare_is_root(g, (int)i) && state_of_spares(&g->clusters[n->cluster]) < goal)
			goal = state_of_spares(&g->clusters[n->cluster]);
		goals[i] = goal;
	}
	return goals;
}

bool spare_stands_by(
    const struct graph_node *n, enum component_state goal, enum component_state target)
{
	return n->spare && goal == COMPONENT_INACTIVE && target == COMPONENT_ACTIVE;
}
