/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "policies/scale.h"

/*
 * What follows from the loads, the size and the time, or why nothing does.  The same is asked by
 * each sample that completes a run and by people who look: so what they are told is what is done.
 */

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static unsigned greatest(unsigned a, unsigned b)
{
	return a > b ? a : b;
}

static unsigned maximum_of(const struct scale *s)
{
	return s->conf.max == 0 ? SIZE_MAX_WANTED : s->conf.max;
}

/* ---- figures --------------------------------------------------------------------------------- */

/* The load that a member should have, or at most have; NaN: nothing says so. */
static double aim_of(const struct scale *s)
{
	return isnan(s->conf.target) ? s->out : s->conf.target;
}

static unsigned carried_at(const struct scale *s, double load, double aim)
{
	double size = ceil(s->size * load / aim);

	if (!(aim > 0))
		return load > 0 ? SIZE_MAX_WANTED : 0; /* of no load only nobody has less */
	return size < SIZE_MAX_WANTED ? (unsigned)size : SIZE_MAX_WANTED;
}

unsigned scale_called(const struct scale *s, double load)
{
	return carried_at(s, load, aim_of(s));
}

static unsigned run_kept(const struct scale *s)
{
	unsigned run = s->above > 0 ? s->above : s->below;
	unsigned asked = s->above > 0 ? s->smoothing_out : s->smoothing_in;

	return least(least(run, asked), RECENT_KEPT);
}

double scale_run_highest(const struct scale *s)
{
	double highest = 0;

	for (unsigned i = 1; i <= run_kept(s); i++)
		highest = fmax(highest, s->recent[(s->n_recent - i) % RECENT_KEPT].load);
	return highest;
}

double scale_run_lowest(const struct scale *s)
{
	double lowest = INFINITY;

	for (unsigned i = 1; i <= run_kept(s); i++)
		lowest = fmin(lowest, s->recent[(s->n_recent - i) % RECENT_KEPT].load);
	return lowest;
}

double scale_guard_limit(const struct scale *s, int64_t now_ms)
{
	return s->out * (1 - 0.2 * memory_regrets(&s->memory, now_ms));
}

/* What so much load of each member would be among so many. */
static double shared(const struct scale *s, double load, unsigned size)
{
	double all = load * s->size;

	return size > 0 ? all / size : all > 0 ? INFINITY : 0;
}

/* Whether sizes come from the load itself, not one increment at a time. */
static bool is_proportional(const struct scale *s)
{
	return s->size > 0 &&
	       (!isnan(s->conf.target) || (s->conf.step == STEP_PROPORTIONAL && !isnan(aim_of(s))));
}

/* The distance in whole increments, upward more, downward less. */
static unsigned by_increments(const struct scale *s, unsigned wanted)
{
	unsigned by = s->conf.increment;

	if (wanted >= s->size)
		return s->size + (wanted - s->size + by - 1) / by * by;
	return s->size - (s->size - wanted) / by * by;
}

/* ---- each way -------------------------------------------------------------------------------- */

static void judge_out(const struct scale *s, int64_t now_ms, struct verdict *v)
{
	double load = fmax(s->load, s->ahead); /* of a number and NaN, the number */
	unsigned wanted = s->size + s->conf.increment;

	v->action = POLICY_SCALE_OUT;
	if (s->size >= maximum_of(s)) {
		v->held = HELD_MAXIMUM;
		v->size = maximum_of(s);
		return;
	}
	v->left_ms = memory_cooldown_left(&s->memory, s->conf.cooldown_out_ms, now_ms);
	if (v->left_ms > 0) {
		v->held = HELD_COOLDOWN;
		return;
	}
	if (is_proportional(s))
		wanted = by_increments(s, scale_called(s, load));
	v->size = least(wanted, maximum_of(s));
	v->load = shared(s, load, v->size);
	v->held = v->size > s->size ? HELD_NOT : HELD_CALLED;
}

static unsigned size_in(const struct scale *s, unsigned floor, double limit)
{
	unsigned by = s->conf.increment, wanted = s->size > by ? s->size - by : 0;

	if (is_proportional(s)) { /* in one jump to what the guard allows */
		wanted = s->conf.unguarded
			     ? scale_called(s, s->load)
			     : carried_at(s, scale_run_highest(s), fmin(aim_of(s), limit));
		wanted = by_increments(s, least(wanted, s->size));
	}
	return greatest(wanted, floor);
}

static void judge_in(const struct scale *s, int64_t now_ms, struct verdict *v)
{
	unsigned floor = s->conf.min, lately;

	v->action = POLICY_SCALE_IN;
	if (v->rule != NULL && v->rule->least > floor)
		floor = v->rule->least;
	if (s->size <= floor) {
		v->held = floor == s->conf.min ? HELD_MINIMUM : HELD_SCHEDULE;
		return;
	}
	v->left_ms = memory_cooldown_left(&s->memory, s->conf.cooldown_in_ms, now_ms);
	if (v->left_ms > 0) {
		v->held = HELD_COOLDOWN;
		return;
	}
	v->limit = scale_guard_limit(s, now_ms);
	v->has_regrets = !s->conf.unguarded && memory_regrets(&s->memory, now_ms) > 0;
	v->size = size_in(s, floor, v->limit);
	v->held = HELD_CALLED;
	if (s->called != NULL) {
		lately = crest_since(s->called, now_ms - s->conf.stabilization_ms);
		v->held = lately >= s->size && v->size < s->size ? HELD_STABILIZING : v->held;
		v->size = greatest(v->size, lately);
	}
	if (v->size >= s->size)
		return;
	v->load = shared(s, scale_run_highest(s), v->size);
	v->held = !s->conf.unguarded && v->load > v->limit ? HELD_GUARD : HELD_NOT;
}

/* Fewer than the schedule wants. */
static bool is_short(const struct scale *s, const struct lm_hours_entry *rule)
{
	return rule != NULL && s->size < least(rule->least, maximum_of(s));
}

struct verdict scale_judge(const struct scale *s, int64_t now_ms)
{
	struct verdict v = {.held = HELD_CALM};

	if (s->schedule != NULL)
		v.rule = lm_hours_at(s->schedule, now_ms);
	if (!s->policy.enabled) {
		v.held = HELD_UNWATCHED;
	} else if (s->size < s->conf.min) {
		v.held = HELD_REFILL;
	} else if (is_short(s, v.rule)) {
		v.held = HELD_NOT;
		v.is_scheduled = true;
		v.action = POLICY_SCALE_OUT;
		v.size = least(v.rule->least, maximum_of(s));
	} else if (isnan(s->load)) {
		v.held = HELD_SILENT;
	} else if (s->above >= s->smoothing_out) {
		judge_out(s, now_ms, &v);
	} else if (s->below >= s->smoothing_in) {
		judge_in(s, now_ms, &v);
	} else if (s->above > 0 || s->below > 0) {
		v.action = s->above > 0 ? POLICY_SCALE_OUT : POLICY_SCALE_IN;
		v.held = HELD_COUNTING;
	}
	return v;
}
