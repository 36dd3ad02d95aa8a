/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_POLICIES_HEAL_H
#define LM_POLICIES_HEAL_H

#include "policies/budget.h"
#include "policies/rule.h"

enum heal_seen { HEAL_SEEN_NOTHING, HEAL_SEEN_OK, HEAL_SEEN_BROKEN, HEAL_SEEN_SILENCE };

/* What leads, and has led, to a heal: breaches in a row, by kind. */
struct breaches {
	uint32_t broken, silent;
};

/*
 * There is one for almost every component, and a sample touches it: what a sample needs comes
 * first, and all of it is small.  The policy's due time is the end of the silence that is one
 * missing sample.
 */
struct heal {
	struct policy policy;
	struct heal *next; /* of the same series */
	int64_t period_ms; /* 0: silence means nothing */
	struct breaches run;
	uint32_t smoothing;
	uint8_t seen; /* enum heal_seen */

	struct series *series;
	struct budget *heals; /* owned; NULL: none so far */
	uint32_t maximum_heals;
	struct breaches last; /* of the last decision */
	int64_t heal_window_ms;
	int64_t decided_ms; /* 0: never */
};

static inline struct heal *as_heal(const struct policy *p)
{
	return (struct heal *)p;
}

void heal_init(struct heal *, const struct policy_heal *);
void heal_fini(struct heal *);
/* Begins to see, or no longer sees: counts begin anew. */
void heal_reset(struct heal *, int64_t now_ms);
void heal_sample(struct heal *, bool ok, int64_t now_ms, struct policy_decisions *);
/* It is due: nothing has come.  Sets the next due time. */
void heal_silence(struct heal *, int64_t now_ms, struct policy_decisions *);

/* ---- heal_words.c ------------------------------------------------------------------------------- */

void heal_print_reason(const struct breaches *, int64_t period_ms, struct lm_buf *out);
void heal_explain(const struct heal *, struct lm_buf *out);
void heal_print(const struct heal *, int64_t now_ms, struct lm_buf *out);

#endif
