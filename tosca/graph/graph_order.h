/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_GRAPH_ORDER_H
#define LM_TOSCA_GRAPH_ORDER_H

#include "tosca/graph/graph.h"

/*
 * What waits for what when a service is brought up, as far as its descriptors say: a step is a
 * resource reaching a state, or a relationship coming into being.  Resources always have the steps
 * Installed and Active, others where a relationship asks for them.
 *
 * The engine orders by levels besides: all are Installed before the first becomes Inactive, and
 * Inactive before the first becomes Active, unless a relationship wants it otherwise.
 */
struct order_edge {
	int before;      /* step */
	const char *why; /* the property or relationship; NULL: the resource's own earlier state */
};

struct order_step {
	int node;             /* -1: a relationship */
	enum end_state state; /* of the node */
	int relationship;     /* -1: a node */
	unsigned wave; /* from 1: all that it waits for has lower ones; 0: it waits for itself */
	struct order_edge *after;
	size_t n_after;
};

/* By wave, then as in the graph; everything lives in the arena. */
struct order {
	struct order_step *steps;
	size_t n_steps;
};

struct order graph_order(const struct graph *, struct lm_arena *);

/* A table for people; a directed graph for graphviz. */
void graph_order_print_text(const struct graph *, struct lm_buf *out);
void graph_order_print_dot(const struct graph *, struct lm_buf *out);
/* {steps: [{wave, node, state | relationship, after: [{node, state | relationship, because}]}]} */
void graph_order_print_json(const struct graph *, struct lm_buf *out);

#endif
