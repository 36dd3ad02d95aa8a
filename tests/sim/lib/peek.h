/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SIM_PEEK_H
#define TESTS_SIM_PEEK_H

#include "lm/core/engine_priv.h"

/* What the rules must know of the engine's inside, in one place. */

/* The tree that is wanted now; NULL: none is. */
const struct graph *peek_wanted(const struct instance *);
/* The tree that a component goes up, or down, under; NULL: none. */
const struct graph *peek_graph_of(const struct component *, bool up, int *node);
/* A relationship that is wholly there; NULL: none is. */
const struct link *peek_related(const struct instance *, const char *name);
size_t peek_relations(const struct instance *); /* how many are */
/* The tree that a relationship was made under; NULL: none. */
const struct graph *peek_link(
    const struct instance *, const struct link *, const struct graph_relationship **);
enum component_state peek_target(const struct instance *);

#endif
