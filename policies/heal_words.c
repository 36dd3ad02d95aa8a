/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "base/time.h"
#include "policies/heal.h"
#include "policies/words.h"

/* What a heal policy sees and does, for people. */

static const char *const seen[] = {
    [HEAL_SEEN_NOTHING] = "no integrity yet",
    [HEAL_SEEN_OK] = "integrity OK",
    [HEAL_SEEN_BROKEN] = "integrity BROKEN",
    [HEAL_SEEN_SILENCE] = "integrity missing",
};

void heal_print_reason(const struct breaches *b, int64_t period_ms, struct lm_buf *out)
{
	if (b->silent == 0) {
		lm_buf_puts(out, "integrity BROKEN ");
		words_times(out, b->broken);
	} else if (b->broken == 0) {
		lm_buf_puts(out, "no integrity for ");
		words_count(out, b->silent);
		lm_buf_puts(out, b->silent == 1 ? " period of " : " periods of ");
		words_seconds(out, period_ms);
	} else {
		lm_buf_puts(out, "integrity BROKEN ");
		words_times(out, b->broken);
		lm_buf_puts(out, " and missing ");
		words_times(out, b->silent);
		lm_buf_puts(out, " (period ");
		words_seconds(out, period_ms);
		lm_buf_puts(out, ")");
	}
}

void heal_explain(const struct heal *h, struct lm_buf *out)
{
	lm_buf_puts(out, h->policy.enabled ? seen[h->seen] : "not watching");
	lm_buf_printf(
	    out, " (broken or missing: %u/%u", h->run.broken + h->run.silent, h->smoothing);
	if (h->period_ms > 0) {
		lm_buf_puts(out, ", every ");
		words_seconds(out, h->period_ms);
	}
	lm_buf_puts(out, ")");
}

/* ---- the document ---------------------------------------------------------------------------- */

static void print_time(struct lm_json *j, const char *key, int64_t at_ms)
{
	char text[LM_TIME_SIZE];

	lm_time_text(at_ms, text);
	lm_json_str(j, key, text);
}

static void print_held(struct lm_json *j, const struct heal *h, unsigned spent)
{
	unsigned run = h->run.broken + h->run.silent;
	struct lm_buf b;

	lm_buf_init(&b, 256);
	if (!h->policy.enabled) {
		lm_buf_puts(&b, "not watching");
	} else if (h->maximum_heals > 0 && spent >= h->maximum_heals) {
		lm_buf_puts(&b, "healed ");
		words_times(&b, spent);
		lm_buf_puts(&b, " within ");
		words_seconds(&b, h->heal_window_ms);
	} else if (run > 0) {
		lm_buf_printf(&b, "%u of %u broken or missing", run, h->smoothing);
	} else {
		lm_buf_puts(&b, seen[h->seen]);
	}
	lm_json_str(j, "held", b.p);
	lm_buf_fini(&b);
}

static void print_last(struct lm_json *j, const struct heal *h)
{
	struct lm_buf reason;

	if (h->decided_ms == 0)
		return;
	lm_buf_init(&reason, 256);
	heal_print_reason(&h->last, h->period_ms, &reason);
	lm_json_open(j, "last", '{');
	print_time(j, "at", h->decided_ms);
	lm_json_str(j, "action", policy_action_text(POLICY_HEAL));
	lm_json_str(j, "reason", reason.p);
	lm_json_close(j, '}');
	lm_buf_fini(&reason);
}

void heal_print(const struct heal *h, int64_t now_ms, struct lm_buf *out)
{
	static const char *const integrity[] = {
	    [HEAL_SEEN_OK] = "OK",
	    [HEAL_SEEN_BROKEN] = "BROKEN",
	    [HEAL_SEEN_SILENCE] = "missing",
	};
	unsigned spent = budget_spent(h->heals, h->heal_window_ms, now_ms);
	struct lm_json j = lm_json_on(out);

	lm_json_open(&j, NULL, '{');
	lm_json_str(&j, "kind", "heal");
	lm_json_bool(&j, "enabled", h->policy.enabled);
	lm_json_str(&j, "integrity", integrity[h->seen]);
	lm_json_int(&j, "broken", h->run.broken);
	lm_json_int(&j, "missing", h->run.silent);
	lm_json_int(&j, "smoothing", h->smoothing);
	lm_json_num(&j, "period", (double)h->period_ms / 1000);
	if (h->policy.enabled && h->period_ms > 0)
		print_time(&j, "missingAt", h->policy.due_ms);
	lm_json_open(&j, "heals", '{');
	lm_json_int(&j, "spent", spent);
	lm_json_int(&j, "maximum", h->maximum_heals);
	lm_json_num(&j, "window", (double)h->heal_window_ms / 1000);
	lm_json_close(&j, '}');
	print_held(&j, h, spent);
	print_last(&j, h);
	lm_json_close(&j, '}');
}
