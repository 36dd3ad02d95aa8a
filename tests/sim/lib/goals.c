/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/lib/goals.h"

#include <stdlib.h>

enum component_state goals_need(enum end_state s)
{
	static const enum component_state needs[END_STATE_N] = {
	    [END_CREATED] = COMPONENT_CREATED,
	    [END_INSTALLED] = COMPONENT_INSTALLED,
	    [END_INACTIVE] = COMPONENT_INACTIVE,
	    [END_ACTIVE] = COMPONENT_ACTIVE,
	};

	return needs[s];
}

bool goals_is_under(const struct graph *g, int node, int top)
{
	while (node > top)
		node = g->nodes[node].parent;
	return node == top;
}

/* Something in the end gets there. */
static bool is_entered(
    const enum component_state *goals, const struct graph *g, const struct graph_end *end)
{
	for (int i = end->node; i >= 0 && (size_t)i < g->n_nodes; i++)
		if (g->nodes[i].resource != NULL && goals_is_under(g, i, end->node) &&
		    goals[i] >= goals_need(end->state))
			return true;
	return false;
}

static bool raise(enum component_state *goals, const struct graph *g, const struct graph_end *end)
{
	bool raised = false;

	for (int i = end->node; i >= 0 && (size_t)i < g->n_nodes; i++)
		if (g->nodes[i].resource != NULL && goals_is_under(g, i, end->node) &&
		    goals[i] < goals_need(end->state)) {
			goals[i] = goals_need(end->state);
			raised = true;
		}
	return raised;
}

enum component_state *goals_new(const struct graph *g, enum component_state target)
{
	enum component_state *goals = calloc(g->n_nodes, sizeof *goals);
	bool again = true;

	if (goals == NULL)
		abort();
	for (size_t i = 0; i < g->n_nodes; i++)
		goals[i] = target;
	while (again) {
		again = false;
		for (size_t i = 0; i < g->n_relationships; i++) {
			const struct graph_relationship *r = &g->relationships[i];

			if (is_entered(goals, g, &r->target) && raise(goals, g, &r->source))
				again = true;
		}
	}
	return goals;
}

bool goals_reach(
    const enum component_state *goals, const struct graph *g, const struct graph_end *end)
{
	for (int i = end->node; i >= 0 && (size_t)i < g->n_nodes; i++)
		if (g->nodes[i].resource != NULL && goals_is_under(g, i, end->node) &&
		    goals[i] < goals_need(end->state))
			return false;
	return true;
}
