/* SPDX-License-Identifier: Apache-2.0 */
#include "policies/rule.h"
#include "policies/words.h"

void heal_reset(struct heal *h, int64_t now_ms)
{
	h->broken = h->silent = 0;
	h->seen = HEAL_SEEN_NOTHING;
	h->deadline_ms =
	    now_ms + 2 * h->period_ms; /* a period of grace, and the first that counts */
}

static void reason_write(const struct heal *h, struct lm_buf *b)
{
	if (h->silent == 0) {
		lm_buf_puts(b, "integrity BROKEN ");
		words_times(b, h->broken);
	} else if (h->broken == 0) {
		lm_buf_puts(b, "no integrity for ");
		words_count(b, h->silent);
		lm_buf_puts(b, h->silent == 1 ? " period of " : " periods of ");
		words_seconds(b, h->period_ms);
	} else {
		lm_buf_puts(b, "integrity BROKEN ");
		words_times(b, h->broken);
		lm_buf_puts(b, " and missing ");
		words_times(b, h->silent);
		lm_buf_puts(b, " (period ");
		words_seconds(b, h->period_ms);
		lm_buf_puts(b, ")");
	}
}

static void decide_when_due(struct heal *h, struct policy_decisions *out)
{
	struct lm_buf reason;

	if (h->broken + h->silent < h->smoothing)
		return;
	lm_buf_init(&reason, sizeof((struct policy_decision *)0)->reason - 1);
	reason_write(h, &reason);
	policy_decide(&h->policy, POLICY_HEAL, 0, reason.p, out);
	lm_buf_fini(&reason);
	h->broken = h->silent = 0;
}

void heal_sample(struct heal *h, bool ok, int64_t now_ms, struct policy_decisions *out)
{
	/* During the grace a first sample must not bring the deadline nearer. */
	if (now_ms + h->period_ms > h->deadline_ms)
		h->deadline_ms = now_ms + h->period_ms;
	h->seen = ok ? HEAL_SEEN_OK : HEAL_SEEN_BROKEN;
	if (ok) {
		h->broken = h->silent = 0;
		return;
	}
	h->broken++;
	decide_when_due(h, out);
}

void heal_silence(struct heal *h, int64_t now_ms, struct policy_decisions *out)
{
	h->deadline_ms += h->period_ms;
	if (h->deadline_ms <= now_ms)
		h->deadline_ms = now_ms + h->period_ms;
	h->seen = HEAL_SEEN_SILENCE;
	h->silent++;
	decide_when_due(h, out);
}

void heal_explain(const struct heal *h, struct lm_buf *out)
{
	static const char *const seen[] = {
	    [HEAL_SEEN_NOTHING] = "no integrity yet",
	    [HEAL_SEEN_OK] = "integrity OK",
	    [HEAL_SEEN_BROKEN] = "integrity BROKEN",
	    [HEAL_SEEN_SILENCE] = "integrity missing",
	};

	lm_buf_puts(out, h->policy.enabled ? seen[h->seen] : "not watching");
	lm_buf_printf(out, " (broken or missing: %u/%u", h->broken + h->silent, h->smoothing);
	if (h->period_ms > 0) {
		lm_buf_puts(out, ", every ");
		words_seconds(out, h->period_ms);
	}
	lm_buf_puts(out, ")");
}
