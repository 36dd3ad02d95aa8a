/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_POLICIES_MEMORY_H
#define LM_POLICIES_MEMORY_H

#include "policies/policy.h"

/*
 * What a scale policy has decided last, whether its pool has followed, and what it has learnt from
 * that.  It outlasts that the policy sees nothing, and that it is described anew.
 *
 * What it learns: a pool that was made smaller and soon is too small, at about the load for which it
 * was made smaller, shows that noise led it astray.  For a while the guard then asks for more room.
 */
enum {
	REGRET_WITHIN_MS = 600000, /* later it is another load */
	REGRET_LASTS_MS = 3600000,
	REGRETS_MAX = 2,
};

struct memory {
	int64_t at_ms;     /* of the decision; 0: none so far */
	int64_t scaled_ms; /* when the size last followed one; 0: never */
	enum policy_action action;
	unsigned from, to;
	bool awaited;     /* the size has not followed yet */
	double shrunk_at; /* the load of all members together, then; 0: it has grown since */
	unsigned regrets;
	int64_t regret_ms; /* the last one */
	char reason[sizeof((struct policy_decision *)0)->reason];
};

/* Decided: from one size to another. */
void memory_decide(struct memory *, enum policy_action, unsigned from, unsigned to, int64_t now_ms);
/* The pool has another size. */
void memory_resize(struct memory *, unsigned size, int64_t now_ms);
/* The policy sees again: whatever was done is done. */
void memory_settle(struct memory *, unsigned size, int64_t now_ms);
int64_t memory_cooldown_left(const struct memory *, int64_t cooldown_ms, int64_t now_ms);

/* To be told before memory_decide(): a pool of this load in all shrinks, or grows because of it. */
void memory_shrink(struct memory *, double load);
void memory_grow(struct memory *, double load, int64_t now_ms);
/* How often that was regretted lately. */
unsigned memory_regrets(const struct memory *, int64_t now_ms);

#endif
