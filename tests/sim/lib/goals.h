/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SIM_GOALS_H
#define TESTS_SIM_GOALS_H

#include "lm/core/state.h"
#include "tosca/graph/graph.h"

/*
 * How far each resource shall get.  All get to the target, spares as far as their cluster says at
 * most; and where something in the target of a relationship gets to the state that the relationship
 * needs, all of its source get to theirs.
 */

/* By node of the graph, which has at least one; the caller's to free(). */
enum component_state *goals_new(const struct graph *, enum component_state target);
/* It is started and looked at, and stays Inactive with that, as far as no relationship says more. */
bool goals_stands_by(const struct graph *, int node, enum component_state target);
/* All that stands in the end gets where the relationship needs it. */
bool goals_reach(const enum component_state *goals, const struct graph *, const struct graph_end *);

enum component_state goals_need(enum end_state);
bool goals_is_under(const struct graph *, int node, int top);
/* A spare itself, not only a part of one. */
bool goals_is_spare(const struct graph *, int node);
/* It is under 'top', and not in a spare there. */
bool goals_counts(const struct graph *, int node, int top);

#endif
