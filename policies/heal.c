/* SPDX-License-Identifier: Apache-2.0 */
#include "policies/heal.h"

#include <assert.h>
#include <limits.h>

/* Longer periods are as good as none, and sums of times must not overflow. */
static const int64_t period_max_ms = INT64_C(1000) * 86400 * 366;

void heal_init(struct heal *h, const struct policy_heal *set)
{
	struct heal **at = &set->series->heals;

	assert(set->series->kind == SERIES_INTEGRITY);
	assert(set->smoothing >= 1 && set->period_ms >= 0);
	h->series = set->series;
	h->smoothing = set->smoothing;
	h->maximum_heals = set->maximum_heals;
	h->heal_window_ms = set->heal_window_ms;
	h->period_ms = set->period_ms < period_max_ms ? set->period_ms : period_max_ms;
	while (*at != NULL) /* in the order of the policies */
		at = &(*at)->next;
	*at = h;
}

void heal_fini(struct heal *h)
{
	struct heal **at = &h->series->heals;

	while (*at != h)
		at = &(*at)->next;
	*at = h->next;
	h->next = NULL;
}

void heal_reset(struct heal *h, int64_t now_ms)
{
	h->run = (struct breaches){0};
	h->seen = HEAL_SEEN_NOTHING;
	h->policy.due_ms = h->period_ms == 0 ? INT64_MAX : now_ms + 2 * h->period_ms; /* a grace */
}

static void decide_when_due(struct heal *h, int64_t now_ms, struct policy_decisions *out)
{
	struct lm_buf reason;

	if (h->run.broken + h->run.silent < h->smoothing)
		return;
	lm_buf_init(&reason, sizeof((struct policy_decision *)0)->reason - 1);
	heal_print_reason(&h->run, h->period_ms, &reason);
	policy_decide(&h->policy, POLICY_HEAL, 0, reason.p, out);
	lm_buf_fini(&reason);
	h->last = h->run;
	h->decided_ms = now_ms;
	h->run = (struct breaches){0};
}

void heal_sample(struct heal *h, bool ok, int64_t now_ms, struct policy_decisions *out)
{
	/* During the grace a first sample must not bring the silence nearer. */
	if (h->period_ms > 0 && now_ms + h->period_ms > h->policy.due_ms)
		h->policy.due_ms = now_ms + h->period_ms;
	h->seen = ok ? HEAL_SEEN_OK : HEAL_SEEN_BROKEN;
	if (ok) {
		h->run = (struct breaches){0};
		return;
	}
	h->run.broken++;
	decide_when_due(h, now_ms, out);
}

void heal_silence(struct heal *h, int64_t now_ms, struct policy_decisions *out)
{
	h->policy.due_ms += h->period_ms;
	if (h->policy.due_ms <= now_ms)
		h->policy.due_ms = now_ms + h->period_ms;
	h->seen = HEAL_SEEN_SILENCE;
	h->run.silent++;
	decide_when_due(h, now_ms, out);
}
