/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CORE_PLAN_PLAN_PRIV_H
#define LM_CORE_PLAN_PLAN_PRIV_H

#include <stdint.h>

#include "base/map.h"
#include "base/vec.h"
#include "lm/core/plan.h"

/*
 * Inside plan_build():
 *	plan.c        units, and the transitions that each goes through
 *	plan_scope.c  who takes part, how high it goes, who must be made anew
 *	plan_tree.c   who a node of an older tree is today, what stands below a node
 *	plan_bond.c   relationships: rule 3
 *	plan_order.c  values, references, levels: rules 2, 4, 5
 *	plan_spare.c  spares after all else: rule 6
 *	plan_find.c   references to what is outside: rule 4
 *	plan_sort.c   the steps in an order, circles, the plan as it is handed out
 */

/* Stands for a transition that no resource has. */
enum { PLAN_NO_TRANSITION = TRANSITION_N };

/*
 * A component: one that is wanted has the number of its node, those that shall go follow.  Units of
 * assemblies stay empty.
 */
struct plan_unit {
	const struct plan_thing *thing; /* NULL: does not exist yet */
	const char *why; /* it is renewed, or goes higher; NULL: as a matter of course */
	int node;        /* in what is wanted; -1: it shall go */
	enum component_state goal;
	enum component_state ends; /* the state after the plan; ABSENT for what is not well */
	bool scoped, renew;
	bool spare;                 /* it shall be one, or a part of one */
	bool stands_by;             /* at its goal, when that is Inactive */
	unsigned char n, n_down;    /* steps, from 'first' on: first down, then up */
	int first;                  /* -1: none */
	int step[TRANSITION_N + 1]; /* -1: none */
};

/* What is below a node of the wanted tree, once all goals stand. */
struct plan_tree_gates;

struct plan_tree {
	const struct graph *graph;
	int *unit; /* by node: -1: no longer there; -2: not looked up yet */
	int *child, *next,
	    *only; /* NULL: not made yet; only: the one resource below, -1: none or more */
	unsigned char
	    *left; /* by node: end states that something below leaves; NULL: not made yet */
	struct plan_tree_gates **gates; /* by node, of assemblies that are ends; NULL: none yet */
	struct plan_tree *next_tree;
};

struct plan_link {
	const struct graph_dep *dep;
	int step, before; /* 'before' -1: gave way */
	int next;         /* of the same step; -1 */
	unsigned char cause;
	bool soft;
};

struct planner {
	const struct plan_request *request;
	struct lm_arena *arena;
	struct plan_unit *units;
	size_t n_units, n_want; /* the first n_want are the nodes of what is wanted */
	struct plan_tree *want, *trees, *last_tree;
	struct lm_map *leaving;         /* units that shall go, by name; NULL: not made yet */
	LM_VEC(struct plan_step) steps; /* these are on the heap, until plan_build() returns */
	LM_VEC(int) links_of;           /* per step: the newest link; -1 */
	LM_VEC(struct plan_link) links;
	bool has_spares;  /* what is wanted has */
	const bool *last; /* by step: it is of a spare, and comes after all else; NULL: none is */
	size_t n_last;
};

/* ---- plan.c -------------------------------------------------------------------------------- */

int plan_add(struct planner *, const struct plan_step *);
/* 'step' waits for 'before'; either may be -1, then nothing happens. */
void plan_after(struct planner *, int step, int before, enum plan_cause);
void plan_after_value(struct planner *, int step, int before, const struct graph_dep *);
/* The same, giving way to others in a circle. */
void plan_prefer(struct planner *, int step, int before, enum plan_cause);
void plan_prefer_value(struct planner *, int step, int before, const struct graph_dep *);
enum component_state plan_state(const struct plan_unit *);
bool plan_is_ready(const struct plan_unit *); /* a spare that stands by */
/* The state that a relationship needs an end to have. */
enum component_state plan_needed(enum end_state);
/* Its Uninstall is to be planned, and it comes again. */
bool plan_is_renewed(const struct plan_unit *);

/* ---- plan_tree.c --------------------------------------------------------------------------- */

struct plan_tree *plan_tree(struct planner *, const struct graph *);
/* The unit that a resource of any tree is today; NULL: it is gone. */
struct plan_unit *plan_unit_of(struct planner *, struct plan_tree *, int node);
void plan_tree_children(struct planner *, struct plan_tree *); /* makes child, next, only */

/* ---- the others ---------------------------------------------------------------------------- */

void plan_settle_scope(struct planner *);
void plan_add_relationships(struct planner *);
void plan_order_values(struct planner *);
void plan_order_levels(struct planner *);
/* It becomes a spare, or a part of one. */
bool plan_leaves_service(const struct planner *, const struct plan_tree *, int node);
/* Once the scope is settled; true: it must be settled again. */
bool plan_renew_for_leftovers(struct planner *);
/* Before the levels: which steps are among those that come last. */
void plan_mark_spares(struct planner *);
bool plan_is_last(const struct planner *, size_t step);
void plan_order_spares(struct planner *);
void plan_add_finds(struct planner *);
struct plan *plan_sorted(struct planner *, const char **circle);

#endif
