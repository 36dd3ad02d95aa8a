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

bool goals_is_spare(const struct graph *g, int node)
{
	const struct graph_node *n = &g->nodes[node];

	for (size_t i = 0; n->cluster >= 0 && i < g->clusters[n->cluster].n_spare_members; i++)
		if (g->clusters[n->cluster].spare_members[i] == node)
			return true;
	return false;
}

bool goals_counts(const struct graph *g, int node, int top)
{
	for (; node > top; node = g->nodes[node].parent)
		if (goals_is_spare(g, node))
			return false;
	return node == top;
}

static enum component_state first_goal(
    const enum component_state *goals, const struct graph *g, int node)
{
	enum component_state goal = goals[g->nodes[node].parent];

	if (!goals_is_spare(g, node))
		return goal;
	enum component_state most = goals_need(g->clusters[g->nodes[node].cluster].spares_state);
	return goal < most ? goal : most;
}

bool goals_stands_by(const struct graph *g, int node, enum component_state target)
{
	bool any = false;

	for (; target == COMPONENT_ACTIVE && node > 0; node = g->nodes[node].parent) {
		if (!goals_is_spare(g, node))
			continue;
		if (g->clusters[g->nodes[node].cluster].spares_state != END_INACTIVE)
			return false;
		any = true;
	}
	return any;
}

/* Something in the end gets there. */
static bool is_entered(
    const enum component_state *goals, const struct graph *g, const struct graph_end *end)
{
	for (int i = end->node; i >= 0 && (size_t)i < g->n_nodes; i++)
		if (g->nodes[i].resource != NULL && goals_counts(g, i, end->node) &&
		    goals[i] >= goals_need(end->state))
			return true;
	return false;
}

static bool raise(enum component_state *goals, const struct graph *g, const struct graph_end *end)
{
	bool raised = false;

	for (int i = end->node; i >= 0 && (size_t)i < g->n_nodes; i++)
		if (g->nodes[i].resource != NULL && goals_counts(g, i, end->node) &&
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
		goals[i] = i == 0 ? target : first_goal(goals, g, (int)i);
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
		if (g->nodes[i].resource != NULL && goals_counts(g, i, end->node) &&
		    goals[i] < goals_need(end->state))
			return false;
	return true;
}
