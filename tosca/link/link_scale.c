/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tosca/link/link.h"

/* The numbers of one scale policy: what can be said of them without any load. */

/* ---- flapping ------------------------------------------------------------------------------ */

/* What flapping is made of. */
struct flapping {
	unsigned out, in;             /* percent */
	unsigned min, max, increment; /* max 0: unbounded */
};

/* How many remain when 'before' members are made fewer: 1 at least, for 0 have no load. */
static unsigned remaining(const struct flapping *s, unsigned before)
{
	unsigned least = s->min > 0 ? s->min : 1;

	return before > least + s->increment ? before - s->increment : least;
}

/* A load at which 'before' members become fewer is too much for those that remain. */
static bool flaps(const struct flapping *s, unsigned long long before)
{
	unsigned after = remaining(s, (unsigned)before);

	return before > after && s->in * before > (unsigned long long)s->out * after;
}

/*
 * The sizes from which the policy can undo its own action.  N members become N - increment, but
 * not fewer than the minimum, so N / (N - increment) is largest at minimum + increment and falls
 * to both sides: the sizes stand side by side around that one.
 */
static bool flapping_sizes(const struct flapping *s, unsigned *low, unsigned *high)
{
	unsigned least = s->min > 0 ? s->min : 1, worst = least + s->increment;
	unsigned long long top;

	if (s->max != 0 && worst > s->max)
		worst = s->max;
	if (!flaps(s, worst))
		return false;
	*low = (unsigned)((unsigned long long)s->out * least / s->in) + 1;
	if (*low > worst)
		*low = worst;
	if (*low <= least)
		*low = least + 1;
	/* in x N > out x (N - increment), solved for N */
	top = ((unsigned long long)s->out * s->increment - 1) / (s->out - s->in);
	if (top < worst)
		top = worst;
	*high = s->max != 0 && top > s->max ? s->max : (unsigned)top;
	return true;
}

/* The worst case of it. */
struct step {
	unsigned before, after;  /* members */
	unsigned load;           /* of those that remain, in percent */
	unsigned long long fits; /* the highest load before it that they can carry */
};

static struct step worst_step(const struct flapping *f, unsigned most)
{
	struct step s = {.before = (f->min > 0 ? f->min : 1) + f->increment};

	if (s.before > most)
		s.before = most;
	s.after = remaining(f, s.before);
	s.load = (unsigned)(((unsigned long long)f->in * s.before + s.after - 1) / s.after);
	s.fits = (unsigned long long)f->out * s.after / s.before;
	return s;
}

/* The guard keeps the members until those that remain can carry the load. */
static struct diag *report_waiting(const struct scale_view *view, const struct flapping *f,
    const struct step *s, const char *sizes, struct diags *diags)
{
	struct diag *d = diag_add(diags, CODE_FLAPPING, &view->pos,
	    "policy '%s' scales in later than it says at %s members: load %u on %u would be %u on "
	    "%u, above scaleOut_threshold %u",
	    view->policy, sizes, f->in, s->before, s->load, s->after, f->out);

	diag_help(diags, d,
	    "%u stay until the load is %llu or less: set scaleIn_threshold to that, or "
	    "scaleOut_threshold to %u",
	    s->before, s->fits, s->load > 100 ? 100 : s->load);
	return d;
}

static struct diag *report_flapping(const struct scale_view *view, const struct flapping *f,
    const struct step *s, const char *sizes, struct diags *diags)
{
	struct diag *d = diag_add(diags, CODE_FLAPPING, &view->pos,
	    "policy '%s' can flap at %s members: load %u on %u is %u on %u, above "
	    "scaleOut_threshold %u",
	    view->policy, sizes, f->in, s->before, s->load, s->after, f->out);

	diag_help(diags, d,
	    "leave scaleIn_guard on; or lower scaleIn_threshold to %llu, or raise "
	    "scaleOut_threshold to %u",
	    s->fits, s->load > 100 ? 100 : s->load);
	diag_note(diags, d, &view->v[SETTING_GUARD].pos, "nothing guards against it");
	return d;
}

static bool is_word(const struct setting_value *v, const char *word)
{
	return v->known && strcmp(v->text, word) == 0;
}

/* One that goes to the size that the load calls for is out of this: that size can carry it. */
static void check_flapping(const struct scale_view *view, struct diags *diags)
{
	const struct setting_value *v = view->v;
	const struct flapping f = {
	    v[SETTING_OUT].number, v[SETTING_IN].number, view->min, view->max, view->increment};
	unsigned low, high;
	char sizes[64];

	if (v[SETTING_TARGET].given || is_word(&v[SETTING_STEP], "proportional") ||
	    !flapping_sizes(&f, &low, &high))
		return;
	const struct step step = worst_step(&f, high);
	snprintf(sizes, sizeof sizes, low < high ? "%u to %u" : "%u", low, high);
	struct diag *d = is_word(&v[SETTING_GUARD], "false")
			     ? report_flapping(view, &f, &step, sizes, diags)
			     : report_waiting(view, &f, &step, sizes, diags);
	diag_note(diags, d, &v[SETTING_IN].pos, "scaleIn_threshold %u", f.in);
}

/* ---- room to act --------------------------------------------------------------------------- */

/* What keeps the policy from acting, or from acting as it says. */
static bool check_room(const struct scale_view *s, struct diags *diags)
{
	const struct setting_value *schedule = &s->v[SETTING_SCHEDULE];
	struct diag *d;

	if (s->max != 0 && s->min == s->max) {
		d = diag_add(diags, CODE_STUCK, &s->pos,
		    "policy '%s' can never act: its cluster has %u members at least and at most",
		    s->policy, s->min);
		diag_help(diags, d, "raise maximum-nodes, or leave the policy out");
		if (s->cluster_pos.source != NULL)
			diag_note(diags, d, &s->cluster_pos, "the cluster");
		return false;
	}
	if (s->max > s->min && s->increment > s->max - s->min && s->increment_pos.source != NULL) {
		d = diag_add(diags, CODE_INCREMENT, &s->increment_pos,
		    "scaling-increment %u is more than lies between %u and %u members: "
		    "every step ends at a limit",
		    s->increment, s->min, s->max);
		diag_help(diags, d, "lower it to %u or less", s->max - s->min);
	}
	if (s->max != 0 && schedule->known && schedule->number > s->max) {
		d = diag_add(diags, CODE_SCHEDULE_LIMIT, &schedule->pos,
		    "the schedule of policy '%s' wants %u members, there may be %u", s->policy,
		    schedule->number, s->max);
		diag_help(diags, d, "raise maximum-nodes, or lower the schedule");
		if (s->cluster_pos.source != NULL)
			diag_note(diags, d, &s->cluster_pos, "the cluster");
	}
	return true;
}

/* ---- order --------------------------------------------------------------------------------- */

static bool check_thresholds(const struct scale_view *s, struct diags *diags)
{
	const struct setting_value *in = &s->v[SETTING_IN], *out = &s->v[SETTING_OUT];

	if (!in->known || !out->known || in->number < out->number)
		return true;
	struct diag *d = diag_add(diags, CODE_THRESHOLD_ORDER, &in->pos,
	    "scaleIn_threshold %u must be below scaleOut_threshold %u", in->number, out->number);
	diag_note(diags, d, &out->pos, "scaleOut_threshold");
	return false;
}

static bool check_tolerance(const struct scale_view *s, struct diags *diags)
{
	const struct setting_value *t = &s->v[SETTING_TOLERANCE], *target = &s->v[SETTING_TARGET];

	if (!t->known || !target->known || t->number < target->number)
		return true;
	struct diag *d = diag_add(diags, CODE_TOLERANCE, &t->pos,
	    "tolerance %u must be less than target_load %u: no load is below 0", t->number,
	    target->number);
	diag_help(diags, d, "leave it out: it is %u then, a tenth", (target->number + 5) / 10);
	diag_note(diags, d, &target->pos, "target_load");
	return false;
}

void link_scale(const struct scale_view *s, struct diags *diags)
{
	bool ordered = check_thresholds(s, diags);

	if (!check_tolerance(s, diags) || !ordered || s->increment == 0)
		return;
	if (check_room(s, diags) && s->v[SETTING_OUT].known && s->v[SETTING_IN].known)
		check_flapping(s, diags);
}
