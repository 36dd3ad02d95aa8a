/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CORE_PLAN_H
#define LM_CORE_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/vec.h"
#include "lm/core/state.h"
#include "tosca/graph/graph.h"

/*
 * Every intent is a diff: what is there + what is wanted = a plan, a graph of steps.  A plan is
 * data: it is printed, run, and made again from the present state after a restart or a failure.
 *
 * Order (a step begins when all it comes 'after' are done; whatever is not ordered runs side by side):
 *  1. A component's transitions follow each other in the order of their states.
 *  2. A component that uses another's property begins its way up after the other's Install, and is
 *     uninstalled before the other is.
 *  3. A relationship is created as the states and modifiers of its ends say, and ceased before
 *     either end leaves the state it needs.
 *  4. Levels: no Configure before every Install, no Start before every Configure, no Uninstall
 *     before every Stop; a step that something of a lower level needs is exempt.
 */
enum plan_kind { PLAN_TRANSITION, PLAN_CREATE, PLAN_CEASE, PLAN_GATE };

struct plan_edge {
	int step;        /* must be done before */
	const char *why; /* for people; NULL: it goes without saying */
};

struct plan_step {
	enum plan_kind kind;
	const char
	    *subject; /* full name of the component or relationship; of the level for a gate */
	enum transition transition;
	const struct graph *graph; /* the one that 'index' is an index into: wanted, or what was */
	int index;                 /* node or relationship */
	bool silent;               /* not declared: the state changes without a call */
	bool tolerant;             /* its failure is noted and the plan goes on */
	struct {
		struct plan_edge *v;
		size_t n, cap;
	} after;
};

struct plan {
	struct lm_arena *arena;
	struct plan_step *steps;
	size_t n_steps;
};

/* What is there.  The functions answer for full names. */
struct plan_facts {
	enum component_state (*state)(void *arg, const char *component); /* ABSENT: no such thing */
	bool (*is_related)(void *arg, const char *relationship);
	/* Its infrastructure is gone or not to be trusted: a restart is not enough. */
	bool (*needs_rebuild)(void *arg, const char *component);
	void *arg;
};

struct plan_request {
	const struct graph *have;    /* covers all that exists; NULL: nothing does */
	const struct graph *want;    /* NULL: nothing is wanted */
	enum component_state target; /* for all of 'want': Installed, Inactive or Active */
	struct plan_facts facts;
};

/* NULL when the order has a circle; '*circle' then names it, in 'arena'.  Steps live in 'arena'. */
struct plan *plan_build(const struct plan_request *, struct lm_arena *arena, const char **circle);

/* "Install", "Create", "Cease", ... */
const char *plan_step_action(const struct plan_step *);
/* What a driver is asked: the transition, or a relationship's operation number 'call'. */
const char *plan_step_call(const struct plan_step *, unsigned call);
bool plan_step_is_gate(const struct plan_step *);

/* One line a step, in an order in which they could run one after the other. */
void plan_print(const struct plan *, struct lm_buf *out);
/* [{"step":1,"subject":..,"action":..,"silent":..,"after":[{"step":..,"because":..}]}] */
void plan_print_json(const struct plan *, struct lm_buf *out);

#endif
