/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/vec.h"
#include "policies/deadlines.h"
#include "policies/rule.h"
#include "policies/slab.h"

/* Longer periods are as good as none, and sums of times must not overflow. */
static const int64_t period_max_ms = INT64_C(1000) * 86400 * 366;

struct policies {
	struct slab series, heals;
	LIST_HEAD(, scale) scales; /* all, in no order */
	struct budgets budgets;
	struct deadlines deadlines;
	uint32_t next_serial;
};

static void *zeroed(size_t n, size_t size)
{
	void *p = calloc(n == 0 ? 1 : n, size);

	if (p == NULL)
		abort();
	return p;
}

const char *policy_action_text(enum policy_action action)
{
	static const char *const text[] = {
	    [POLICY_SCALE_OUT] = "scale out",
	    [POLICY_SCALE_IN] = "scale in",
	    [POLICY_HEAL] = "heal",
	};

	return text[action];
}

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

void policy_decide(const struct policy *p, enum policy_action action, unsigned size,
    const char *reason, struct policy_decisions *out)
{
	struct policy_decision *d = LM_PUSH(NULL, out);

	d->owner = p->owner;
	d->action = action;
	d->size = size;
	snprintf(d->reason, sizeof d->reason, "%s", reason);
}

struct policies *policies_new(void)
{
	struct policies *ps = zeroed(1, sizeof *ps);

	slab_init(&ps->series, sizeof(struct series));
	slab_init(&ps->heals, sizeof(struct heal));
	return ps;
}

/* ---- series --------------------------------------------------------------------------------- */

struct series *policies_add_series(struct policies *ps, enum series_kind kind)
{
	struct series *s = slab_take(&ps->series);

	s->kind = kind;
	return s;
}

enum series_kind series_kind(const struct series *s)
{
	return s->kind;
}

void policies_drop_series(struct policies *ps, struct series *s)
{
	assert(s->kind == SERIES_LOAD ? s->links == NULL : s->heals == NULL);
	slab_give(&ps->series, s);
}

/* The links of one policy on one series are side by side, the newest policy's last. */
static bool link_series(struct link *link, struct series *series)
{
	struct link **at = &series->links;

	assert(series->kind == SERIES_LOAD);
	for (; *at != NULL; at = &(*at)->next)
		if ((*at)->scale == link->scale)
			return false; /* named twice: one series all the same */
	link->series = series;
	*at = link;
	return true;
}

static void unlink_series(struct link *link)
{
	struct link **at = &link->series->links;

	while (*at != link)
		at = &(*at)->next;
	*at = link->next;
}

/* ---- policies come and go ------------------------------------------------------------------- */

void policy_scale_init(struct policy_scale *set)
{
	*set = (struct policy_scale){
	    .increment = 1,
	    .out = NAN,
	    .in = NAN,
	    .smoothing_out = 1,
	    .smoothing_in = 1,
	    .target = NAN,
	    .tolerance = NAN,
	};
}

static void scale_describe(struct scale *s, const struct policy_scale *set)
{
	assert(set->smoothing_out >= 1 && set->smoothing_in >= 1 && set->increment >= 1);
	s->conf = *set;
	s->conf.series = NULL;
	s->links = zeroed(set->n_series, sizeof *s->links);
	s->latest = zeroed(set->n_series, sizeof *s->latest);
	s->n = 0;
	for (size_t i = 0; i < set->n_series; i++) {
		s->links[s->n] = (struct link){.scale = s, .index = s->n};
		s->n += link_series(&s->links[s->n], set->series[i]);
	}
	scale_reset(s);
}

static void scale_forget(struct scale *s)
{
	for (size_t i = 0; i < s->n; i++)
		unlink_series(&s->links[i]);
	free(s->links);
	free(s->latest);
}

static void heal_describe(struct heal *h, const struct policy_heal *set)
{
	struct heal **at = &set->series->heals;

	assert(set->series->kind == SERIES_INTEGRITY);
	assert(set->smoothing >= 1 && set->period_ms >= 0);
	h->series = set->series;
	h->smoothing = set->smoothing;
	h->maximum_heals = set->maximum_heals;
	h->heal_window_ms = set->heal_window_ms;
	h->period_ms = set->period_ms < period_max_ms ? set->period_ms : period_max_ms;
	while (*at != NULL)
		at = &(*at)->next;
	*at = h;
}

static void heal_forget(struct heal *h)
{
	struct heal **at = &h->series->heals;

	while (*at != h)
		at = &(*at)->next;
	*at = h->next;
	h->next = NULL;
}

static struct policy *policy_begin(
    struct policies *ps, struct policy *p, enum policy_kind kind, void *owner)
{
	p->owner = owner;
	p->kind = kind;
	p->serial = ps->next_serial++;
	return p;
}

struct policy *policies_add_scale(struct policies *ps, const struct policy_scale *set, void *owner)
{
	struct scale *s = zeroed(1, sizeof *s);

	scale_describe(s, set);
	LIST_INSERT_HEAD(&ps->scales, s, of_all);
	return policy_begin(ps, &s->policy, POLICY_SCALING, owner);
}

struct policy *policies_add_heal(struct policies *ps, const struct policy_heal *set, void *owner)
{
	struct heal *h = slab_take(&ps->heals);

	heal_describe(h, set);
	return policy_begin(ps, &h->policy, POLICY_HEALING, owner);
}

void policies_change_scale(struct policies *ps, struct policy *p, const struct policy_scale *set)
{
	assert(p->kind == POLICY_SCALING);
	policies_enable(ps, p, false, 0);
	scale_forget(as_scale(p));
	scale_describe(as_scale(p), set);
}

void policies_change_heal(struct policies *ps, struct policy *p, const struct policy_heal *set)
{
	assert(p->kind == POLICY_HEALING);
	policies_enable(ps, p, false, 0);
	heal_forget(as_heal(p));
	heal_describe(as_heal(p), set);
}

static void scale_free(struct scale *s)
{
	scale_forget(s);
	LIST_REMOVE(s, of_all);
	free(s);
}

void policies_drop(struct policies *ps, struct policy *p)
{
	if (p == NULL)
		return;
	deadlines_drop(&ps->deadlines, p);
	if (p->kind == POLICY_SCALING) {
		scale_free(as_scale(p));
		return;
	}
	heal_forget(as_heal(p));
	budget_free(as_heal(p)->heals);
	slab_give(&ps->heals, p);
}

void policies_free(struct policies *ps)
{
	if (ps == NULL)
		return;
	while (!LIST_EMPTY(&ps->scales))
		scale_free(LIST_FIRST(&ps->scales));
	while (!LIST_EMPTY(&ps->budgets))
		budget_free(LIST_FIRST(&ps->budgets));
	slab_fini(&ps->series);
	slab_fini(&ps->heals);
	deadlines_fini(&ps->deadlines);
	free(ps);
}

void policies_enable(struct policies *ps, struct policy *p, bool enabled, int64_t now_ms)
{
	if (p->enabled == enabled)
		return;
	p->enabled = enabled;
	if (p->kind == POLICY_SCALING) {
		scale_reset(as_scale(p));
		return;
	}
	heal_reset(as_heal(p), now_ms);
	if (enabled && as_heal(p)->period_ms > 0)
		deadlines_put(&ps->deadlines, p, as_heal(p)->deadline_ms);
	else
		deadlines_drop(&ps->deadlines, p);
}

bool policy_is_enabled(const struct policy *p)
{
	return p->enabled;
}

void policies_set_size(struct policies *ps, struct policy *p, unsigned size, int64_t now_ms)
{
	(void)ps;
	(void)now_ms;
	assert(p->kind == POLICY_SCALING);
	as_scale(p)->size = size;
}

bool policies_count_heal(struct policies *ps, struct policy *p, int64_t now_ms)
{
	struct heal *h = as_heal(p);

	assert(p->kind == POLICY_HEALING);
	return h->maximum_heals == 0 ||
	       budget_spend(&ps->budgets, &h->heals, h->maximum_heals, h->heal_window_ms, now_ms);
}

void policies_forget_heals(struct policies *ps, struct policy *p)
{
	(void)ps;
	assert(p->kind == POLICY_HEALING);
	budget_free(as_heal(p)->heals);
	as_heal(p)->heals = NULL;
}

/* ---- samples and time ----------------------------------------------------------------------- */

static enum sample_fate fate_of(struct series *s, int64_t at_ms, int64_t now_ms)
{
	if (at_ms == 0)
		return SAMPLE_TAKEN;
	if (at_ms - now_ms > SAMPLE_AHEAD_MAX_MS)
		return SAMPLE_FUTURE;
	if (now_ms - at_ms > SAMPLE_AGE_MAX_MS)
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
	for (const struct link *link = s->links; link != NULL; link = link->next)
		if (link->scale->policy.enabled)
			scale_sample(link->scale, link->index, load < 0 ? 0 : load, out);
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

int64_t policies_tick(struct policies *ps, int64_t now_ms, struct policy_decisions *out)
{
	struct policy *p;

	while ((p = deadlines_first(&ps->deadlines)) != NULL) {
		struct heal *h = as_heal(p);

		if (h->deadline_ms == p->wake_ms) {
			if (p->wake_ms > now_ms)
				return p->wake_ms;
			heal_silence(h, now_ms, out);
		}
		deadlines_put(&ps->deadlines, p, h->deadline_ms);
	}
	return INT64_MAX;
}

int64_t policies_next(const struct policies *ps)
{
	const struct policy *p = deadlines_first(&ps->deadlines);

	return p == NULL ? INT64_MAX : p->wake_ms;
}

void policies_explain(const struct policies *ps, const struct policy *p, struct lm_buf *out)
{
	(void)ps;
	if (p->kind == POLICY_SCALING)
		scale_explain(as_scale(p), out);
	else
		heal_explain(as_heal(p), out);
}

void policies_print(
    const struct policies *ps, const struct policy *p, int64_t now_ms, struct lm_buf *out)
{
	struct lm_json j = lm_json_on(out);
	struct lm_buf sees;

	(void)now_ms;
	lm_buf_init(&sees, 1024);
	policies_explain(ps, p, &sees);
	lm_json_open(&j, NULL, '{');
	lm_json_str(&j, "kind", p->kind == POLICY_SCALING ? "scale" : "heal");
	lm_json_bool(&j, "enabled", p->enabled);
	lm_json_str(&j, "sees", sees.p);
	lm_json_close(&j, '}');
	lm_buf_fini(&sees);
}
