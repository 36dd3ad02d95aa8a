/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CORE_LOOK_H
#define LM_CORE_LOOK_H

#include <stdint.h>

#include "base/arena.h"
#include "lm/core/engine.h"
#include "lm/core/state.h"

/* Questions of a program that runs the engine itself, and needs numbers, not documents. */

/* A scale policy, and the cluster that it scales, as they are now.  Texts live in the arena. */
struct scale_look {
	const char *name;       /* full: voice__scaleVoipServer */
	const char *owner;      /* descriptor of the assembly that has the policy */
	const char *policy;     /* its name there */
	const char *cluster;    /* full: voice__voip-server */
	const char *metric;     /* h_load */
	const char **reporters; /* ids of the resources that publish it, and are Active */
	size_t n_reporters;
	double period_s; /* between two samples */
	/* Members: of the tree, and of them those that serve: Active, with all their relationships. */
	unsigned members, serving;
	unsigned min, max; /* max 0: no limit */
	/* Percent: a load above 'out' or below 'in' is a breach.  'target' NAN: it has none. */
	double out, in, target;
};

/* False: the root assembly has no policy of this number, from 0. */
bool engine_look_scale(
    const struct engine *, const char *root, size_t number, struct lm_arena *, struct scale_look *);

/* Texts are borrowed until the next event. */
struct process_look {
	const char *id;
	enum intent_kind kind;
	enum process_status status;
	const char *reason;         /* a policy's; NULL: an operator asked */
	const char *failure;        /* NULL: none */
	int64_t began_ms, ended_ms; /* ended_ms 0: not yet */
};
/* The newest process of a root assembly that has begun. */
bool engine_look_newest(const struct engine *, const char *root, struct process_look *);
/* By id; false: there is none, or none any more. */
bool engine_look_process(const struct engine *, const char *id, struct process_look *);

/*
 * A resource of the n-th member (from 0) that serves in that cluster, whose service can die; NULL:
 * there is none.  Its id lives as long as the component.
 */
const char *engine_look_member(
    const struct engine *, const char *root, size_t policy_number, unsigned nth);

#endif
