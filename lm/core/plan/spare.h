/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CORE_PLAN_SPARE_H
#define LM_CORE_PLAN_SPARE_H

#include "base/arena.h"
#include "lm/core/state.h"
#include "tosca/graph/graph.h"

/*
 * Spares: members of a cluster that are not in service.  One that shall be Inactive while the
 * assembly is Active stands by: it was started and looked at, and stays Inactive with that; from
 * there into service and back is a step that asks nobody anything.
 */

/* A spare itself, not only a part of one. */
bool spare_is_root(const struct graph *, int node);
/* How far it shall get when what is in service gets to 'target'; of all, by node, in the arena. */
enum component_state spare_goal(const struct graph *, int node, enum component_state target);
enum component_state *spare_goals(
    const struct graph *, enum component_state target, struct lm_arena *);
/* With this goal it is started and looked at, and stays Inactive with that. */
bool spare_stands_by(
    const struct graph_node *, enum component_state goal, enum component_state target);

#endif
