/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_POLICIES_DEADLINES_H
#define LM_POLICIES_DEADLINES_H

#include <stddef.h>
#include <stdint.h>

struct policy;

/*
 * The awake heal policies by the time at which they are looked at next: a binary heap.  A sample
 * moves a policy's own deadline alone and leaves its place here as it is; the tick that finds it
 * too early puts it where it belongs.  So a sample costs the same among ten policies and 100,000.
 */
struct deadlines {
	struct policy **v;
	size_t n, cap;
};

void deadlines_fini(struct deadlines *);
/* Sets wake_ms; moves what is there already. */
void deadlines_put(struct deadlines *, struct policy *, int64_t wake_ms);
void deadlines_drop(struct deadlines *, struct policy *); /* not there: nothing */
struct policy *deadlines_first(const struct deadlines *); /* NULL: none */

#endif
