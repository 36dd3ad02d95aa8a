/* SPDX-License-Identifier: Apache-2.0 */
#include "tosca/link/linker.h"

/* The numbers of one scale policy: what can be said of them without any load. */

/* How many remain when 'before' members are made fewer: 1 at least, for 0 have no load. */
static unsigned remaining(const struct scale_numbers *s, unsigned before)
{
	unsigned least = s->min > 0 ? s->min : 1;

	return before > least + s->increment ? before - s->increment : least;
}

/* A load at which 'before' members become fewer is too much for those that remain. */
static bool flaps(const struct scale_numbers *s, unsigned long long before)
{
	unsigned after = remaining(s, (unsigned)before);

	return before > after && s->in * before > (unsigned long long)s->out * after;
}

/*
 * The sizes from which the policy can undo its own action.  N members become N - increment, but
 * not fewer than the minimum, so N / (N - increment) is largest at minimum + increment and falls
 * to both sides: the sizes stand side by side around that one.
 */
static bool flapping_sizes(const struct scale_numbers *s, unsigned *low, unsigned *high)
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

static void check_flapping(const struct scale_numbers *s, struct diags *diags)
{
	unsigned low, high;

	if (!flapping_sizes(s, &low, &high))
		return;
	unsigned before = (s->min > 0 ? s->min : 1) + s->increment;
	if (before > high)
		before = high;
	unsigned after = remaining(s, before);
	unsigned long long total = (unsigned long long)s->in * before;
	unsigned load = (unsigned)((total + after - 1) / after);
	unsigned long long fits = (unsigned long long)s->out * after / before;
	char sizes[64];

	snprintf(sizes, sizeof sizes, low < high ? "%u to %u" : "%u", low, high);
	struct diag *d = diag_add(diags, CODE_FLAPPING, &s->pos,
	    "policy '%s' can flap at %s members: load %u on %u is %u on %u, above "
	    "scaleOut_threshold %u",
	    s->policy, sizes, s->in, before, load, after, s->out);
	bool slow = s->smoothing_in > 1 || s->smoothing_out > 1;
	diag_help(diags, d, "lower scaleIn_threshold to %llu, or raise scaleOut_threshold to %u%s",
	    fits, load > 100 ? 100 : load, slow ? "; smoothing only slows it down" : "");
	diag_note(diags, d, &s->in_pos, "scaleIn_threshold %u", s->in);
}

/* What keeps the policy from acting, or from acting as it says. */
static bool check_room(const struct scale_numbers *s, struct diags *diags)
{
	if (s->max != 0 && s->min == s->max) {
		struct diag *d = diag_add(diags, CODE_STUCK, &s->pos,
		    "policy '%s' can never act: its cluster has %u members at least and at most",
		    s->policy, s->min);
		diag_help(diags, d, "raise maximum-nodes, or leave the policy out");
		if (s->cluster_pos.source != NULL)
			diag_note(diags, d, &s->cluster_pos, "the cluster");
		return false;
	}
	if (s->out == 100) {
		struct diag *d = diag_add(diags, CODE_STUCK, &s->out_pos,
		    "policy '%s' never scales out: no load is above 100", s->policy);
		diag_help(diags, d, "lower scaleOut_threshold");
	}
	if (s->max > s->min && s->increment > s->max - s->min && s->increment_pos.source != NULL) {
		struct diag *d = diag_add(diags, CODE_INCREMENT, &s->increment_pos,
		    "scaling-increment %u is more than lies between %u and %u members: "
		    "every step ends at a limit",
		    s->increment, s->min, s->max);
		diag_help(diags, d, "lower it to %u or less", s->max - s->min);
	}
	return true;
}

void link_scale(const struct scale_numbers *s, struct diags *diags)
{
	if (s->out > 100 || s->in > 100) {
		const struct source_range *pos = s->out > 100 ? &s->out_pos : &s->in_pos;

		diag_add(diags, CODE_THRESHOLD_RANGE, pos,
		    "a threshold is a load in percent, 0 to 100, not %u",
		    s->out > 100 ? s->out : s->in);
		return;
	}
	if (s->in >= s->out) {
		struct diag *d = diag_add(diags, CODE_THRESHOLD_ORDER, &s->in_pos,
		    "scaleIn_threshold %u must be below scaleOut_threshold %u", s->in, s->out);
		diag_note(diags, d, &s->out_pos, "scaleOut_threshold");
		return;
	}
	if (check_room(s, diags))
		check_flapping(s, diags);
}
