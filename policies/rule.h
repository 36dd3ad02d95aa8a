/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_POLICIES_RULE_H
#define LM_POLICIES_RULE_H

#include "policies/policy.h"

#include "base/heap.h"

/*
 * What every policy has, and the series; known to this folder alone.
 *
 *	policies.c     who is there, who is awake
 *	samples.c      whose sample it is, and whether it counts
 *	scale.c        loads against thresholds
 *	judge.c        what follows from them, or why nothing does
 *	memory.c       what was decided, and what was learnt from it
 *	mean.c         the load of many series
 *	forecast.c     the load that is to come
 *	crest.c        the largest size called for lately
 *	scale_words.c  all of it for people
 *	heal.c         OK, BROKEN and silence
 *	budget.c       so many heals in so much time
 *	heal_words.c   that for people
 *	deadlines.c    who is looked at next
 *	slab.c         many small things of one size
 *	words.c        numbers for people
 */

enum policy_kind { POLICY_SCALING, POLICY_HEALING };

enum { WAITS_SOON = 255 };

/* How every policy begins. */
struct policy {
	void *owner;
	int64_t due_ms;  /* when it must be looked at; a sample may move it on */
	uint32_t place;  /* in the deadlines, from 1; 0: not there */
	uint32_t serial; /* order of creation: decides between equals */
	uint8_t waits;   /* in the deadlines: its slot, or WAITS_SOON */
	uint8_t kind;    /* enum policy_kind */
	bool enabled;
};

/* That a scale policy watches a series, and which of its series this is. */
struct link {
	struct scale *scale;
	size_t index;
	struct series *series;
	struct link *next; /* of the same series */
};

struct series {
	int64_t latest_ms; /* by the senders' clocks; 0: none has said */
	union {
		struct link *links; /* of loads */
		struct heal *heals; /* of integrity */
	};
	enum series_kind kind;
};

void policy_decide(const struct policy *, enum policy_action, unsigned size, const char *reason,
    struct policy_decisions *);

#endif
