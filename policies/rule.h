/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_POLICIES_RULE_H
#define LM_POLICIES_RULE_H

#include <sys/queue.h>

#include "policies/budget.h"
#include "policies/policy.h"

/*
 * What policies and series are made of; known to this folder alone.
 *
 *	policies.c   who is there, who is awake, whose sample it is
 *	scale.c      loads against thresholds
 *	heal.c       OK, BROKEN and silence
 *	budget.c     so many heals in so much time
 *	deadlines.c  who is looked at next
 *	slab.c       many small things of one size
 *	words.c      numbers for people
 */

enum policy_kind { POLICY_SCALING, POLICY_HEALING };

/* How every policy begins. */
struct policy {
	void *owner;
	int64_t wake_ms; /* never after the deadline */
	size_t place;    /* in the deadlines, from 1; 0: not there */
	uint32_t serial; /* order of creation: decides between equals */
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

enum { LOADS_KEPT = 4 }; /* of a run of breaches, for the reason */

struct scale {
	struct policy policy;
	struct policy_scale conf; /* but the series */
	struct link *links;       /* owned, n of them */
	double *latest;           /* of each series; NaN: none since the policy was enabled */
	size_t n;
	unsigned size;
	unsigned above, below;  /* the run of breaches; one of the two is 0 */
	double run[LOADS_KEPT]; /* its loads: the i-th at i modulo LOADS_KEPT */
	double load;            /* the latest mean; NaN: none yet */
	LIST_ENTRY(scale) of_all;
};

enum heal_seen { HEAL_SEEN_NOTHING, HEAL_SEEN_OK, HEAL_SEEN_BROKEN, HEAL_SEEN_SILENCE };

struct heal {
	struct policy policy;
	struct heal *next; /* of the same series */
	struct series *series;
	int64_t deadline_ms; /* silence until here is one missing sample */
	int64_t period_ms;   /* 0: silence means nothing */
	unsigned smoothing;
	unsigned broken, silent; /* the run of breaches, by kind */
	uint8_t seen;            /* enum heal_seen */
	unsigned maximum_heals;
	int64_t heal_window_ms;
	struct budget *heals; /* owned; NULL: none so far */
};

static inline struct scale *as_scale(const struct policy *p)
{
	return (struct scale *)p;
}

static inline struct heal *as_heal(const struct policy *p)
{
	return (struct heal *)p;
}

void policy_decide(const struct policy *, enum policy_action, unsigned size, const char *reason,
    struct policy_decisions *);

void scale_reset(struct scale *);
void scale_sample(struct scale *, size_t index, double load, struct policy_decisions *);
void scale_explain(const struct scale *, struct lm_buf *out);

void heal_reset(struct heal *, int64_t now_ms);
void heal_sample(struct heal *, bool ok, int64_t now_ms, struct policy_decisions *);
/* The deadline has passed.  Sets the next one. */
void heal_silence(struct heal *, int64_t now_ms, struct policy_decisions *);
void heal_explain(const struct heal *, struct lm_buf *out);

#endif
