/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <math.h>

#include "policies/heal.h"
#include "policies/scale.h"

/* So that sums of many are numbers still; in percent it is beyond every load. */
static const double load_max = 1e100;

const char *sample_fate_text(enum sample_fate fate)
{
	static const char *const text[SAMPLE_FATES] = {
	    [SAMPLE_TAKEN] = "taken",
	    [SAMPLE_DUPLICATE] = "duplicate",
	    [SAMPLE_LATE] = "late",
	    [SAMPLE_STALE] = "stale",
	    [SAMPLE_FUTURE] = "from the future",
	    [SAMPLE_NOT_A_NUMBER] = "not a number",
	};

	return text[fate];
}

static enum sample_fate fate_of(struct series *s, int64_t at_ms, int64_t now_ms)
{
	if (at_ms == 0)
		return SAMPLE_TAKEN;
	if (at_ms > now_ms + SAMPLE_AHEAD_MAX_MS)
		return SAMPLE_FUTURE;
	if (at_ms < now_ms - SAMPLE_AGE_MAX_MS)
		return SAMPLE_STALE;
	if (at_ms <= s->latest_ms)
		return at_ms == s->latest_ms ? SAMPLE_DUPLICATE : SAMPLE_LATE;
	s->latest_ms = at_ms;
	return SAMPLE_TAKEN;
}

enum sample_fate policies_load(struct policies *ps, struct series *s, double load, int64_t at_ms,
    int64_t now_ms, struct policy_decisions *out)
{
	(void)ps;
	assert(s->kind == SERIES_LOAD);
	if (!isfinite(load))
		return SAMPLE_NOT_A_NUMBER;

	enum sample_fate fate = fate_of(s, at_ms, now_ms);
	if (fate != SAMPLE_TAKEN)
		return fate;
	load = load < 0 ? 0 : load > load_max ? load_max : load;
	if (at_ms == 0)
		at_ms = now_ms;
	for (const struct link *link = s->links; link != NULL; link = link->next)
		if (link->scale->policy.enabled)
			scale_sample(link->scale, link->index, load, at_ms, now_ms, out);
	return SAMPLE_TAKEN;
}

enum sample_fate policies_integrity(struct policies *ps, struct series *s, bool ok, int64_t at_ms,
    int64_t now_ms, struct policy_decisions *out)
{
	(void)ps;
	assert(s->kind == SERIES_INTEGRITY);

	enum sample_fate fate = fate_of(s, at_ms, now_ms);
	if (fate != SAMPLE_TAKEN)
		return fate;
	for (struct heal *h = s->heals; h != NULL; h = h->next)
		if (h->policy.enabled)
			heal_sample(h, ok, now_ms, out);
	return SAMPLE_TAKEN;
}
