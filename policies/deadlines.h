/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_POLICIES_DEADLINES_H
#define LM_POLICIES_DEADLINES_H

#include <stddef.h>
#include <stdint.h>

struct policy;

/*
 * The awake policies by the time at which they are looked at next: a binary heap.  A sample moves
 * a policy's own due time alone and leaves its place here as it is; the tick that finds it too
 * early puts it where it belongs.  So a sample costs the same among ten policies and 100,000.
 */
struct deadline {
	int64_t wake_ms; /* never after the policy is due */
	struct policy *policy;
};

struct deadlines {
	struct deadline *v;
	size_t n, cap;
};

void deadlines_fini(struct deadlines *);
/* Moves what is there already. */
void deadlines_put(struct deadlines *, struct policy *, int64_t wake_ms);
void deadlines_drop(struct deadlines *, struct policy *); /* not there: nothing */
/* NULL: none; 'out_wake_ms' is then untouched. */
struct policy *deadlines_first(const struct deadlines *, int64_t *out_wake_ms);

#endif
