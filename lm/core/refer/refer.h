/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CORE_REFER_REFER_H
#define LM_CORE_REFER_REFER_H

#include "lm/core/model/model.h"

/* References: who refers to whom, what they lead to, and who carries out their operations. */

struct facts;

/* ---- refer.c: who refers to whom ---------------------------------------------------------------- */

/* The references of an instance follow its trees: called when they have changed. */
void references_bind(struct engine *, struct instance *);
void references_unbind(struct engine *, struct instance *);
/* Who refers to an assembly: borrowed until somebody's references change. */
size_t instance_referrers(
    const struct engine *, const struct instance *, struct instance *const **out);
const char *instance_referrer(const struct engine *, const struct instance *); /* one, or NULL */
void referred_fini(struct engine *);

/* ---- follow.c ------------------------------------------------------------------------------ */

/* Something in it would be given, or related with, other values now. */
bool instance_maps_changed_values(struct engine *, struct instance *);
/* Whoever refers to it and maps what has changed wishes an upgrade. */
void referrers_follow(struct engine *, const struct instance *);

/* ---- found.c: what references to resources outside have led to ------------------------------------ */

struct found *found_copy(const struct found *);
void found_put(struct instance *, struct found *); /* adopts it, in place of an older one */
/* From the result of a find.  NULL: done; otherwise what is wrong with the result. */
const char *found_take(
    struct facts *, int reference, struct instance *, const struct step_result *, bool *changed);

/*
 * A resource that no instance of this manager has, as the only component of an instance that is not
 * in the engine's books, so that operations can be asked of it.  get() makes it, or refreshes its
 * properties; NULL: the catalog does not know its type.
 */
struct component *outside_get(struct engine *, const struct found *);
struct component *outside_find(const struct engine *, const char *id);
void outside_fini(struct engine *);

/* ---- call.c: who carries out the operations of a relationship --------------------------------------- */

/* Whom a step is asked of, and in whose words. */
struct whom {
	const struct instance *instance;
	const struct graph *graph;
	int node;
};
struct whom whom_of(const struct process *, const struct plan_step *, const struct component *);
/* Fills in the run's calls, and via whom they are made. */
void calls_resolve(struct engine *, struct process *, int run);
/* NULL: it is not there. */
struct component *call_component(const struct engine *, const struct call *);
/* What a driver is asked for next: "Install", "Find", an operation's name. */
const char *run_action(const struct process *, int run);

#endif
