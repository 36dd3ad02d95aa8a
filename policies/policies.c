/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/vec.h"
#include "policies/deadlines.h"
#include "policies/rule.h"

/* Longer periods are as good as none, and sums of times must not overflow. */
static const int64_t period_max_ms = INT64_C(1000) * 86400 * 366;

/* One of the policies that look at a metric, and which of its metrics this one is. */
struct watcher {
	struct policy *policy;
	size_t metric;
};

struct watch {
	char *metric;
	LM_VEC(struct watcher) by;
};

struct policies {
	struct lm_map *by_name;   /* struct policy, owned */
	struct lm_map *by_metric; /* struct watch, owned */
	struct deadlines deadlines;
	uint64_t next_serial;
};

static void *zeroed(size_t n, size_t size)
{
	void *p = calloc(n == 0 ? 1 : n, size);

	if (p == NULL)
		abort();
	return p;
}

static char *dup_text(const char *text)
{
	char *s = strdup(text);

	if (s == NULL)
		abort();
	return s;
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

void policy_decide(const struct policy *p, enum policy_action action, const char *reason,
    struct policy_decisions *out)
{
	struct policy_decision *d = LM_PUSH(NULL, out);

	d->policy = p->name;
	d->action = action;
	snprintf(d->reason, sizeof d->reason, "%s", reason);
}

struct policies *policies_new(void)
{
	struct policies *ps = zeroed(1, sizeof *ps);

	ps->by_name = lm_map_new();
	ps->by_metric = lm_map_new();
	return ps;
}

/* ---- who watches what ----------------------------------------------------------------------- */

static void watch_add(struct policies *ps, struct policy *p, const char *metric)
{
	struct watch *w = lm_map_find(ps->by_metric, metric);

	if (w == NULL) {
		w = zeroed(1, sizeof *w);
		w->metric = dup_text(metric);
		lm_map_put(ps->by_metric, w->metric, w);
	} else if (w->by.n > 0 && w->by.v[w->by.n - 1].policy == p) {
		return; /* named twice: one metric all the same */
	}
	if (w->by.cap == 0) { /* most metrics have one policy */
		w->by.v = zeroed(1, sizeof *w->by.v);
		w->by.cap = 1;
	}
	*LM_PUSH(NULL, &w->by) = (struct watcher){p, p->n_watches};
	p->watches[p->n_watches++] = w;
}

static void watch_drop(struct policies *ps, struct watch *w, const struct policy *p)
{
	size_t i = 0;

	while (w->by.v[i].policy != p)
		i++;
	w->by.n--;
	memmove(&w->by.v[i], &w->by.v[i + 1], (w->by.n - i) * sizeof *w->by.v);
	if (w->by.n > 0)
		return;
	lm_map_remove(ps->by_metric, w->metric);
	lm_vec_free(&w->by);
	free(w->metric);
	free(w);
}

/* ---- policies come and go ------------------------------------------------------------------- */

static void policy_remove(struct policies *ps, struct policy *p)
{
	lm_map_remove(ps->by_name, p->name);
	deadlines_drop(&ps->deadlines, p);
	for (size_t i = 0; i < p->n_watches; i++)
		watch_drop(ps, p->watches[i], p);
	if (p->kind == POLICY_SCALE)
		free(p->scale.latest);
	free(p->watches);
	free(p->name);
	free(p);
}

void policies_remove(struct policies *ps, const char *name)
{
	struct policy *p = lm_map_find(ps->by_name, name);

	if (p != NULL)
		policy_remove(ps, p);
}

void policies_free(struct policies *ps)
{
	struct policy *p;

	if (ps == NULL)
		return;
	for (size_t i = 0; (p = lm_map_next(ps->by_name, &i)) != NULL;)
		policy_remove(ps, p);
	lm_map_free(ps->by_name);
	lm_map_free(ps->by_metric);
	deadlines_fini(&ps->deadlines);
	free(ps);
}

/* The caller may hold a text of the policy that is replaced: it goes last. */
static struct policy *policy_add(struct policies *ps, enum policy_kind kind, const char *name,
    const char *const *metrics, size_t n)
{
	struct policy *old = lm_map_find(ps->by_name, name);
	struct policy *p = zeroed(1, sizeof *p);

	p->kind = kind;
	p->name = dup_text(name);
	p->serial = ps->next_serial++;
	p->watches = zeroed(n, sizeof(struct watch *));
	for (size_t i = 0; i < n; i++)
		watch_add(ps, p, metrics[i]);
	if (old != NULL)
		policy_remove(ps, old);
	lm_map_put(ps->by_name, p->name, p);
	return p;
}

void policies_set_scale(struct policies *ps, const struct policy_scale *set)
{
	assert(set->smoothing_out >= 1 && set->smoothing_in >= 1);

	struct policy *p = policy_add(ps, POLICY_SCALE, set->name, set->metrics, set->n_metrics);
	p->scale = (struct scale){
	    .latest = zeroed(p->n_watches, sizeof(double)),
	    .n = p->n_watches,
	    .out = set->out,
	    .in = set->in,
	    .smoothing_out = set->smoothing_out,
	    .smoothing_in = set->smoothing_in,
	};
	scale_reset(&p->scale);
}

void policies_set_heal(struct policies *ps, const struct policy_heal *set)
{
	assert(set->smoothing >= 1 && set->period_ms >= 0);

	struct policy *p = policy_add(ps, POLICY_HEALING, set->name, &set->metric, 1);
	int64_t period_ms = set->period_ms < period_max_ms ? set->period_ms : period_max_ms;
	p->heal = (struct heal){.smoothing = set->smoothing, .period_ms = period_ms};
}

void policies_enable(struct policies *ps, const char *name, bool enabled, int64_t now_ms)
{
	struct policy *p = lm_map_find(ps->by_name, name);

	if (p == NULL || p->enabled == enabled)
		return;
	p->enabled = enabled;
	if (p->kind == POLICY_SCALE) {
		scale_reset(&p->scale);
		return;
	}
	heal_reset(&p->heal, now_ms);
	if (enabled && p->heal.period_ms > 0)
		deadlines_put(&ps->deadlines, p, p->heal.deadline_ms);
	else
		deadlines_drop(&ps->deadlines, p);
}

bool policies_is_enabled(const struct policies *ps, const char *name)
{
	const struct policy *p = lm_map_find(ps->by_name, name);

	return p != NULL && p->enabled;
}

/* ---- samples and time ----------------------------------------------------------------------- */

bool policies_load(struct policies *ps, const char *metric, double load, int64_t now_ms,
    struct policy_decisions *out)
{
	const struct watch *w = lm_map_find(ps->by_metric, metric);

	(void)now_ms; /* a load counts when it comes; its absence does not */
	if (w == NULL)
		return false;
	if (!isfinite(load))
		return true;
	for (size_t i = 0; i < w->by.n; i++) {
		struct policy *p = w->by.v[i].policy;

		if (p->enabled && p->kind == POLICY_SCALE)
			scale_sample(p, w->by.v[i].metric, load < 0 ? 0 : load, out);
	}
	return true;
}

bool policies_integrity(
    struct policies *ps, const char *metric, bool ok, int64_t now_ms, struct policy_decisions *out)
{
	const struct watch *w = lm_map_find(ps->by_metric, metric);

	if (w == NULL)
		return false;
	for (size_t i = 0; i < w->by.n; i++) {
		struct policy *p = w->by.v[i].policy;

		if (p->enabled && p->kind == POLICY_HEALING)
			heal_sample(p, ok, now_ms, out);
	}
	return true;
}

int64_t policies_tick(struct policies *ps, int64_t now_ms, struct policy_decisions *out)
{
	struct policy *p;

	while ((p = deadlines_first(&ps->deadlines)) != NULL) {
		if (p->heal.deadline_ms == p->wake_ms) {
			if (p->wake_ms > now_ms)
				return p->wake_ms;
			heal_silence(p, now_ms, out);
		}
		deadlines_put(&ps->deadlines, p, p->heal.deadline_ms);
	}
	return INT64_MAX;
}

int64_t policies_next(const struct policies *ps)
{
	const struct policy *p = deadlines_first(&ps->deadlines);

	return p == NULL ? INT64_MAX : p->wake_ms;
}

void policies_explain(const struct policies *ps, const char *name, struct lm_buf *out)
{
	const struct policy *p = lm_map_find(ps->by_name, name);

	if (p == NULL)
		return;
	if (p->kind == POLICY_SCALE)
		scale_explain(p, out);
	else
		heal_explain(p, out);
}
