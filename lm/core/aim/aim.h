/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CORE_AIM_H
#define LM_CORE_AIM_H

/* From an intent to a plan.  A part of engine_priv.h: include that. */

/* ---- aim.c: what an intent wants ---------------------------------------------------------------- */

struct facts;

struct aim {
	struct tree *to; /* NULL: nothing is wanted */
	bool is_new;     /* 'to' belongs to the aim until a process begins */
	enum component_state target;
	enum scope scope;
	const struct component *broken;   /* heal: taken for Broken; NULL otherwise */
	const struct component *given_up; /* heal: about this one alone, which is not healed */
	const struct membership
	    *apart;              /* scale, heal: who was wanted before; borrowed; NULL: the same */
	const struct tree *base; /* scale, heal: the tree before, alike but for members */
	bool is_own;             /* the system wishes it: what it has given up on is left alone */
	bool values_moved;       /* relationships may have been made with old values */
	uint64_t reached_by;     /* of the process that aims; 0: none does */
	uint64_t retired_by;     /* about whom it sees off alone; 0: about all others */
};

void aim_fini(struct aim *);
/*
 * Nothing changes; the error is for the operator.  'instance' is NULL for a create.  The aim
 * borrows from both until it is over.
 */
struct lm_err *aim_at(
    struct engine *, const struct intent *, const struct instance *, struct aim *out);
/* The cluster that a scale names. */
struct lm_err *aim_cluster(
    const struct intent *, const struct instance *, const struct graph_cluster **out) LM_MUST_USE;
/* Back to what a process found, or (no descriptor) to nothing. */
struct lm_err *aim_back(
    struct engine *, const struct spec *before, const struct instance *, struct aim *out);
/* Compiles; the error holds the messages of all diagnostics. */
struct lm_err *aim_build(
    struct engine *, const char *name, const struct spec *, struct graph **out);

/* ---- subject.c: whom an intent is about ------------------------------------------------------------- */

/* The component that it names, as it names it; NULL: none. */
const char *intent_subject(const struct intent *);
/* The assembly that its local names are of: the root, or one within. */
const char *intent_namer(const struct intent *, const struct instance *);
/* The component that a heal names; NULL: there is none such. */
const struct component *heal_subject(
    const struct engine *, const struct instance *, const struct intent *);
/* How far a process of this kind may reach. */
enum scope scope_of(enum intent_kind);

/* ---- undeclared.c: what it gives and nobody takes ------------------------------------------------- */

struct intent_warnings {
	LM_VEC(const char *) all; /* texts for a person */
};
/* What is found lives in the arena. */
void intent_warn(
    const struct engine *, const struct intent *, struct lm_arena *, struct intent_warnings *out);
/* As the member "warnings". */
void intent_warnings_print(const struct intent_warnings *, struct lm_json *);

/* ---- survey.c: from an aim to a plan --------------------------------------------------------------- */

struct planned {
	struct plan *plan;  /* NULL: the order has a circle */
	const char *circle; /* its name */
	/* Made under another tree, and all the same as the wanted one says. */
	struct component **settled;
	size_t n_settled;
	/* In the aim's reach; not of an aim that reaches all. */
	struct component **reached;
	size_t n_reached;
};

/* Changes nothing.  All of the result lives in the arena. */
void aim_plan(struct engine *, const struct instance *, const struct aim *, struct lm_arena *,
    struct planned *out);
/* It is Broken, or taken for it, and no other heal has it in hand. */
bool aim_heals(const struct aim *, const struct component *);
/* The relationship would be created with other values now. */
bool link_is_stale(struct facts *, int relationship, const struct link *);

/* ---- members.c: who is in a cluster -------------------------------------------------------------- */

/* By node of the tree that is wanted: all that is in service under each is where it shall be. */
bool *instance_ready(struct engine *, const struct instance *, struct lm_arena *);
/*
 * So many in service, and so many spares.  Who comes: spares that are ready, then new ones with the
 * lowest free indices.  Who goes: who is not in service, then who is not well, then the highest
 * index; it becomes a spare when there are too few that are ready.  The cluster is the one of the
 * instance's tree, NULL: it is new; 'in' NULL: all indices are free.
 */
void members_resize(struct engine *, struct members *, size_t n, size_t spares,
    const struct instance *in, const struct graph_cluster *);
/* Of a cluster that is there: not those who are Failed, or got stuck on their way up. */
unsigned members_in_service(const struct instance *, const struct graph_cluster *,
    const enum component_state *states); /* by node, see instance_states() */
/* So many spares are to be made beside those that the system has lost; 0: none was, or too many were. */
unsigned spares_missing(const struct instance *, const struct graph_cluster *);
/* They change roles. */
void members_swap(struct members *, int leaves, int serves);

/* ---- swap.c: spares take the places of those who are ill ----------------------------------------- */

/* False: there is none that could. */
bool aim_swaps(
    struct engine *, const struct instance *, const struct aim *, struct membership *members);

/* ---- fit.c: who is in the clusters of another tree ----------------------------------------------- */

/* Where the quantities of a tree come from: an instance that is upgraded, or numbers. */
struct fit {
	const struct instance *instance; /* NULL: quantities */
	const struct lm_kvs *quantities;
};
/* Compiles with the members that fit; they are in the spec then. */
struct lm_err *aim_compile_fitting(
    struct engine *, const char *name, struct spec *, const struct fit *, struct graph **out);

/* ---- given.c: what a component was given ---------------------------------------------------------- */

struct given given_of(struct facts *, int node, const struct component *,
    const struct lm_kvs *values, const struct lm_kvs *infra);
/* Attributes of the node's infrastructure, as they are now. */
struct lm_kvs infra_values(struct facts *, int node);
/* It was made of another descriptor than node 'node' of the facts' graph is; 'why' is for people. */
bool component_is_retyped(struct facts *, int node, const struct component *, const char **why);
/* What has to be done to a component so that it is as node 'node' of the facts' graph says. */
enum plan_change component_change(
    struct facts *, int node, const struct component *, const char **why);

#endif
