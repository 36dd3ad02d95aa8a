/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_POLICIES_DEADLINES_H
#define LM_POLICIES_DEADLINES_H

#include <stddef.h>
#include <stdint.h>

struct policy;

/*
 * The awake policies by the time at which they are due.  A sample moves the due time of a policy
 * and nothing here; so it costs the same among ten policies and 100,000.
 *
 * Who is due soon is in a heap.  Who is due later is in the slot of that second or so, in no order;
 * when its time comes, most of them have been moved on by samples and go to a later slot, and
 * only who was silent meets the heap.
 */
enum { DEADLINE_SLOTS = 128, DEADLINE_SLOT_MS = 1024 };

struct deadline {
	int64_t wake_ms; /* the policy is not due before */
	struct policy *policy;
};

struct deadlines {
	struct {
		struct deadline *v;
		size_t n, cap;
	} soon;
	int64_t horizon; /* the last slot that is in the heap, all before it included */
	struct deadline_slot {
		struct policy **v;
		size_t n, cap;
	} slots[DEADLINE_SLOTS]; /* slot i, of those behind the horizon, at i modulo their number */
	uint64_t filled[DEADLINE_SLOTS / 64];
};

void deadlines_fini(struct deadlines *);
/* By its due time; moves what is there already. */
void deadlines_put(struct deadlines *, struct policy *);
void deadlines_drop(struct deadlines *, struct policy *); /* not there: nothing */
/* Somebody who is due by now, the earliest first, or NULL; it stays until it is put elsewhere. */
struct policy *deadlines_due(struct deadlines *, int64_t now_ms);
/* When somebody may be due; INT64_MAX: never. */
int64_t deadlines_next(const struct deadlines *);

#endif
