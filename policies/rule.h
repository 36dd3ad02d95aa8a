/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_POLICIES_RULE_H
#define LM_POLICIES_RULE_H

#include "policies/policy.h"

/*
 * What a policy is made of, and the two kinds of it; known to this folder alone.
 *
 *	policies.c   who is there, who watches what, who is awake
 *	scale.c      loads against thresholds
 *	heal.c       OK, BROKEN and silence
 *	deadlines.c  whose silence is noticed next
 *	words.c      numbers for people
 */

enum { LOADS_KEPT = 4 }; /* of a run of breaches, for the reason */

struct scale {
	double *latest; /* per metric; NaN: none since the policy was enabled */
	size_t n;
	double out, in;
	unsigned smoothing_out, smoothing_in;
	unsigned above, below;  /* the run of breaches; one of the two is 0 */
	double run[LOADS_KEPT]; /* its loads: the i-th at i modulo LOADS_KEPT */
	double load;            /* the latest mean; NaN: none yet */
};

enum heal_seen { HEAL_SEEN_NOTHING, HEAL_SEEN_OK, HEAL_SEEN_BROKEN, HEAL_SEEN_SILENCE };

struct heal {
	unsigned smoothing;
	unsigned broken, silent; /* the run of breaches, by kind */
	int64_t period_ms;       /* 0: silence means nothing */
	int64_t deadline_ms;     /* silence until here is one missing sample */
	enum heal_seen seen;
};

enum policy_kind { POLICY_SCALE, POLICY_HEALING };

struct watch;

struct policy {
	char *name;
	enum policy_kind kind;
	bool enabled;
	uint64_t serial; /* order of creation: decides between equals */
	struct watch **watches;
	size_t n_watches;
	size_t place;    /* in the deadlines, from 1; 0: not there */
	int64_t wake_ms; /* never after the deadline */
	union {
		struct scale scale;
		struct heal heal;
	};
};

void policy_decide(
    const struct policy *, enum policy_action, const char *reason, struct policy_decisions *);

void scale_reset(struct scale *);
void scale_sample(struct policy *, size_t metric, double load, struct policy_decisions *);
void scale_explain(const struct policy *, struct lm_buf *out);

void heal_reset(struct heal *, int64_t now_ms);
void heal_sample(struct policy *, bool ok, int64_t now_ms, struct policy_decisions *);
/* The deadline has passed.  Sets the next one. */
void heal_silence(struct policy *, int64_t now_ms, struct policy_decisions *);
void heal_explain(const struct policy *, struct lm_buf *out);

#endif
