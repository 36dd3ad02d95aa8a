/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CORE_PLAN_H
#define LM_CORE_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "lm/core/state.h"
#include "tosca/graph/graph.h"

/*
 * Every intent is a diff: what is there + what is wanted = a plan, a graph of steps.  A plan is
 * data: it is printed, run, and made again from the present state after a restart or a failure.
 *
 * A way down (Cease, Stop, Uninstall, Delete) goes by the tree that a thing was made under, a way
 * up by the tree that is wanted.
 *
 * Order (a step begins when all it comes 'after' are done; whatever is not ordered runs side by side):
 *  1. A component's transitions follow each other in the order of their states.
 *  2. A component that uses another's property begins its way up after the other's Install (or the
 *     later transition that brings the value), and is gone before the other is uninstalled.
 *  3. A relationship is created as the states and modifiers of its ends say, and ceased before
 *     either end leaves the state it needs.  A source is raised above the
 *     assembly's state when its relationship must come before a step of the target.
 *  4. References are found before whatever uses them.
 *  5. Levels: no Configure before every Install, no Start before every Configure, no Uninstall
 *     before every Stop; a step that something of a lower level needs is exempt.
 *  6. Spares come last: none goes up before what is in service is there, relationships included.
 *     They have levels of their own.
 *
 * What only makes the way down tidier gives way where it would make a circle: what exists can
 * always be taken down.
 */
enum plan_kind { PLAN_TRANSITION, PLAN_CREATE, PLAN_CEASE, PLAN_FIND, PLAN_GATE };

/* Because of what a step waits for another. */
enum plan_cause {
	PLAN_CAUSE_NONE,     /* it goes without saying */
	PLAN_CAUSE_VALUE,    /* 'dep' of the wanted tree: the provider's value is needed */
	PLAN_CAUSE_USER,     /* it uses what goes: it goes first */
	PLAN_CAUSE_FOUND,    /* what was found is needed */
	PLAN_CAUSE_END,      /* of a relationship: the end must be there */
	PLAN_CAUSE_BEFORE,   /* the relationship comes before the transition */
	PLAN_CAUSE_CEASED,   /* the relationship ceases before its end leaves */
	PLAN_CAUSE_OPERATOR, /* it carries out the relationship's operation */
	PLAN_CAUSE_GATE,     /* a gate, whose subject says what */
};

/* How a spare (spare.h) differs from what a transition does otherwise. */
enum plan_turn {
	PLAN_TURN_NONE,
	PLAN_TURN_STAND_BY, /* Integrity: it stays Inactive; in place of a Stop: it goes on to run */
	PLAN_TURN_SERVE,    /* in place of an Integrity: it was looked at already */
};

struct plan_edge {
	int step; /* must be done before */
	enum plan_cause cause;
	const struct graph_dep *dep; /* PLAN_CAUSE_VALUE */
};

struct plan_step {
	/* Full name of the component, relationship or reference; what a gate stands for. */
	const char *subject;
	const char *why;           /* for people: "to be Active"; NULL for a gate */
	const struct graph *graph; /* the one that 'index' is an index into */
	int index;                 /* node, relationship or reference; -1: gate */
	enum plan_kind kind;
	enum transition transition;
	enum plan_turn turn;
	bool silent;   /* not declared, or a turn: the state changes without a call */
	bool tolerant; /* its failure is noted and the plan goes on */
	struct {
		const struct plan_edge *v;
		size_t n;
	} after;
	struct { /* the steps that wait for this one */
		const int *v;
		size_t n;
	} unblocks;
};

struct plan {
	struct lm_arena *arena;
	struct plan_step *steps; /* in an order in which they could run one after the other */
	size_t n_steps;
};

/* ---- what is asked ------------------------------------------------------------------------ */

enum plan_change {
	PLAN_KEEP,
	PLAN_RECONFIGURE, /* an Active one takes over its new values; otherwise like KEEP */
	PLAN_RENEW,       /* all the way down, and up again */
};

/* A component that exists. */
struct plan_thing {
	const struct graph *graph; /* the tree it was made under, */
	int node;                  /* and its node there */
	int wanted;                /* its node in what is wanted; -1: it shall go */
	enum component_state state;
	enum plan_change change;
	const char *why; /* of the change: "its image differs"; NULL: nothing is known */
	bool rebuild;    /* its infrastructure is gone or not to be trusted: a restart won't do */
	bool started;    /* runs already: from Inactive to Active by Integrity alone */
	bool given_up;   /* it goes out of service as it is: its relationships cease, no more */
	bool ready;      /* and was looked at already: it stands by, and serves without a call */
	/* Out of this plan's scope: no step for it, unless what is planned cannot do without. */
	bool fixed;
};

/* A relationship that exists. */
struct plan_bond {
	const struct graph *graph;
	int relationship; /* in 'graph' */
	int wanted;       /* in what is wanted; -1: it shall go */
	bool stale;       /* its values have changed: cease with the old, create with the new */
};

/* Trees, things and bonds are borrowed: the plan's steps point into the trees. */
struct plan_request {
	const struct graph *want; /* NULL: nothing is wanted */
	/* For all of 'want' but spares: Installed, Inactive or Active; those as spare.h says. */
	enum component_state target;
	const struct plan_thing *things;
	size_t n_things;
	const struct plan_bond *bonds;
	size_t n_bonds;
	const bool *skip; /* by node of 'want': "fixed" for what does not exist yet; NULL: none */
	/*
	 * By node of 'want': Configure or Start where a provider's values come that late; all else
	 * means Install.  Gives way where it would make a circle.  NULL: Install.
	 */
	const enum transition *late;
};

/*
 * NULL when the order has a circle; '*circle' then names it, in 'arena'.  Steps live in 'arena'.
 * Time and memory grow with the number of components, relationships, operations and dependencies.
 */
struct plan *plan_build(const struct plan_request *, struct lm_arena *arena, const char **circle);

/* ---- what people see ---------------------------------------------------------------------- */

/* "Install", "Create", "Cease", ... */
const char *plan_step_action(const struct plan_step *);
bool plan_step_is_gate(const struct plan_step *);

/* One line a step, in columns, in an order in which they could run one after the other. */
void plan_print(const struct plan *, struct lm_buf *out);
/* [{"step":1,"subject":..,"action":..,"silent":..,"why":..,"after":[{"step":..,"because":..}]}] */
void plan_print_json(const struct plan *, struct lm_json *); /* as the member "steps" */
/* For Graphviz. */
void plan_print_dot(const struct plan *, struct lm_buf *out);

#endif
