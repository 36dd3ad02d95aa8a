/* SPDX-License-Identifier: Apache-2.0 */
#include "policies/scale.h"

#include <assert.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"

/* ---- what it is made of ---------------------------------------------------------------------- */

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

/* The links of a series are in the order of their policies. */
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

static struct link *nth_link(struct scale *s, size_t i)
{
	return i == 0 ? &s->link : &s->links[i - 1];
}

static void link_all(struct scale *s, const struct policy_scale *set)
{
	size_t n = 0;

	s->links = lm_alloc_n(set->n_series, sizeof *s->links);
	for (size_t i = 0; i < set->n_series; i++) {
		*nth_link(s, n) = (struct link){.scale = s, .index = n};
		n += link_series(nth_link(s, n), set->series[i]);
	}
	mean_init(&s->mean, n);
}

/* What was called for stays when only its time is changed. */
static void want_crest(struct scale *s, bool wanted)
{
	if (wanted && s->called == NULL)
		s->called = lm_alloc(sizeof *s->called);
	if (wanted)
		return;
	free(s->called);
	s->called = NULL;
}

static void describe(struct scale *s, const struct policy_scale *set)
{
	double target = set->target > 0 ? set->target : NAN; /* nothing can be held at no load */
	double tolerance = isnan(set->tolerance) ? target / 10 : set->tolerance;

	assert(set->smoothing_out >= 1 && set->smoothing_in >= 1 && set->increment >= 1);
	s->conf = *set;
	s->smoothing_out = set->smoothing_out;
	s->smoothing_in = set->smoothing_in;
	s->conf.target = target;
	s->conf.series = NULL;
	s->conf.schedule = NULL;
	if (s->conf.increment > SIZE_MAX_WANTED)
		s->conf.increment = SIZE_MAX_WANTED;
	s->out = isnan(set->out) ? target + tolerance : set->out;
	s->in = isnan(set->in) ? target - tolerance : set->in;
	if (set->schedule != NULL) {
		s->schedule = lm_alloc(sizeof *s->schedule);
		*s->schedule = *set->schedule;
	}
	want_crest(s, set->stabilization_ms > 0);
	if (set->predict_ahead_ms > 0) {
		s->forecast = lm_alloc(sizeof *s->forecast);
		forecast_init(s->forecast,
		    set->predict_window_ms > 0 ? set->predict_window_ms : set->predict_ahead_ms);
	}
	link_all(s, set);
	scale_reset(s, 0);
}

static void undescribe(struct scale *s)
{
	for (size_t i = 0; i < s->mean.n; i++)
		unlink_series(nth_link(s, i));
	free(s->links);
	free(s->forecast);
	free(s->schedule);
	mean_fini(&s->mean);
	s->forecast = NULL;
	s->schedule = NULL;
}

void scale_init(struct scale *s, const struct policy_scale *set)
{
	describe(s, set);
}

void scale_fini(struct scale *s)
{
	undescribe(s);
	free(s->called);
}

void scale_change(struct scale *s, const struct policy_scale *set)
{
	undescribe(s);
	describe(s, set);
}

/* ---- when it sees ---------------------------------------------------------------------------- */

static void forget_loads(struct scale *s)
{
	s->load = s->ahead = NAN;
	s->above = s->below = 0;
	mean_clear(&s->mean);
	if (s->forecast != NULL)
		forecast_clear(s->forecast);
}

void scale_reset(struct scale *s, int64_t now_ms)
{
	forget_loads(s);
	if (!s->policy.enabled)
		return;
	memory_settle(&s->memory, s->size, now_ms);
	s->policy.due_ms = now_ms;
	/* Nobody knows what was called for before: no less than this. */
	if (s->called != NULL && crest_since(s->called, now_ms - s->conf.stabilization_ms) == 0)
		crest_put(s->called, s->size, now_ms);
}

void scale_set_size(struct scale *s, unsigned size, int64_t now_ms)
{
	if (size > SIZE_MAX_WANTED)
		size = SIZE_MAX_WANTED;
	if (size == s->size)
		return;
	s->size = size;
	forget_loads(s); /* they were of another pool */
	memory_resize(&s->memory, size, now_ms);
}

/* ---- decisions ------------------------------------------------------------------------------- */

static void decide(
    struct scale *s, const struct verdict *v, int64_t now_ms, struct policy_decisions *out)
{
	struct memory *m = &s->memory;
	struct lm_buf reason;

	lm_buf_init(&reason, sizeof m->reason - 1);
	scale_print_reason(s, v, &reason);
	memcpy(m->reason, reason.p, reason.n + 1);
	lm_buf_fini(&reason);
	if (v->action == POLICY_SCALE_IN)
		memory_shrink(m, scale_run_highest(s) * s->size);
	else if (v->is_scheduled)
		memory_shrink(m, 0); /* whatever it was for, it is over */
	else
		memory_grow(m, scale_run_lowest(s) * s->size, now_ms);
	memory_decide(m, v->action, s->size, v->size, now_ms);
	policy_decide(&s->policy, v->action, v->size, m->reason, out);
	s->above = s->below = 0;
}

static void count(struct scale *s)
{
	if (s->load > s->out || (s->forecast != NULL && s->ahead > s->out)) {
		s->below = 0;
		s->above += s->above < UINT_MAX;
	} else if (s->load < s->in) {
		s->above = 0;
		s->below += s->below < UINT_MAX;
	} else {
		s->above = s->below = 0;
	}
}

void scale_sample(struct scale *s, size_t index, double load, int64_t at_ms, int64_t now_ms,
    struct policy_decisions *out)
{
	s->load = mean_put(&s->mean, index, load);
	s->recent[s->n_recent % RECENT_KEPT].at_ms = at_ms;
	s->recent[s->n_recent++ % RECENT_KEPT].load = s->load;
	if (s->forecast != NULL) {
		forecast_add(s->forecast, s->load, at_ms);
		s->ahead = forecast_at(s->forecast, at_ms + s->conf.predict_ahead_ms);
	}
	if (s->called != NULL)
		crest_put(s->called, scale_called(s, s->load), now_ms);
	count(s);
	if (s->above < s->smoothing_out && s->below < s->smoothing_in)
		return;
	struct verdict v = scale_judge(s, now_ms);
	if (v.held == HELD_NOT)
		decide(s, &v, now_ms, out);
}

void scale_tick(struct scale *s, int64_t now_ms, struct policy_decisions *out)
{
	struct verdict v = scale_judge(s, now_ms);

	s->policy.due_ms = lm_hours_next(s->schedule, now_ms);
	if (v.held != HELD_NOT || !v.is_scheduled)
		return;
	decide(s, &v, now_ms, out);
	if (s->policy.due_ms > now_ms + SCHEDULE_AGAIN_MS)
		s->policy.due_ms = now_ms + SCHEDULE_AGAIN_MS;
}
