/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CORE_PLAN_PRIV_H
#define LM_CORE_PLAN_PRIV_H

#include "lm/core/plan.h"

/* Between plan.c (which steps) and plan_order.c (in which order). */

/* Stands for a transition that no resource has. */
enum { PLAN_NO_TRANSITION = TRANSITION_N };

/* The steps of one resource, -1 where it has none; children as a list of node indices. */
struct plan_node {
	int step[TRANSITION_N + 1];
	int child, next;
};

/* One of the two trees: what is wanted, and what was. */
struct plan_side {
	const struct graph *graph; /* NULL: an empty tree */
	struct plan_node *of_node;
	int *
	    twin; /* node of the same name in what is wanted, -1: none (on the wanted side: unused) */
};

struct planner {
	const struct plan_request *request;
	struct lm_arena *arena;
	struct plan_side want, have;
	struct {
		struct plan_step *v;
		size_t n, cap;
	} steps;
};

int plan_add(struct planner *, const struct plan_step *);
/* 'step' waits for 'before'; either may be -1, then nothing happens. */
void plan_after(struct planner *, int step, int before, const char *why);
/* The steps of a node, wherever they stand: a node that stays has its steps on the wanted side. */
const struct plan_node *plan_node(const struct planner *, const struct plan_side *, int node);

void plan_add_relationships(struct planner *);
void plan_order_dependencies(struct planner *);
void plan_order_levels(struct planner *);

#endif
