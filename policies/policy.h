/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_POLICIES_POLICY_H
#define LM_POLICIES_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/hours.h"

/*
 * The policy engine: samples and time in, decisions out.  Pure: time is a parameter, in
 * milliseconds since 1970 (UTC, for schedules), never going back.
 *
 * It knows no names.  A series is what one component reports under one name; a policy watches one
 * or several series, and hands its owner's pointer back with each decision.  Handles are owned by
 * the engine and live until they are dropped.
 *
 * A policy counts consecutive breaches; at 'smoothing' of them it decides, once, and begins anew.
 *  - scale: the load (the mean of the latest sample of each series) strictly above 'out' is a
 *    breach upward, strictly below 'in' one downward; anything else resets both counts.  Every
 *    sample counts, also when the other series were silent since.  Loads are not capped; a negative
 *    one is 0 (a counter began anew).  A load that does not come counts for nothing.
 *  - heal: a BROKEN sample is a breach; so is each period without any sample, counted from the
 *    moment the policy was enabled plus one period of grace; an OK resets.  Period 0: nothing is
 *    expected, so nothing is missing.  A tick that comes late counts one period, not several: nobody
 *    was looking.
 * A policy that is not enabled sees nothing.  Enabling, disabling and deciding reset its counts; what
 * it remembers of its decisions (cool-downs, stabilisation, heals) stays.
 *
 * When a run of breaches is complete, a scale policy does nothing
 *  - below the minimum (that is to be mended), at a limit, or at what the schedule wants;
 *  - while a cool-down lasts;
 *  - when it calls for the size that there is;
 *  - inward, when as many were called for within the stabilisation;
 *  - inward, when a member of the smaller pool would have a load that scales out, by the highest
 *    of the latest 16 loads of the run that complete it (the guard).  So under a constant load no pool ever turns.  Noise may lead it
 *    astray: where a scale-in has to be taken back within ten minutes at about the same traffic,
 *    the guard asks for a fifth more room, after another one for two fifths; for an hour, or
 *    until the traffic has grown by half.
 * The run goes on meanwhile, and is acted upon as soon as nothing holds it.
 */
struct policies;
struct policy;
struct series;

struct policies *policies_new(void);
void policies_free(struct policies *); /* and all that is in it */

enum series_kind { SERIES_LOAD, SERIES_INTEGRITY };

struct series *policies_add_series(struct policies *, enum series_kind);
enum series_kind series_kind(const struct series *);
/* The policies that watch it must have been dropped, or changed to others, before. */
void policies_drop_series(struct policies *, struct series *);

/* ---- what a policy is made of ----------------------------------------------------------------- */

enum policy_step {
	STEP_INCREMENT,    /* one increment at a time */
	STEP_PROPORTIONAL, /* straight to the size the load calls for */
};

/* policy_scale_init() sets every field to its default; members are the cluster's. */
struct policy_scale {
	struct series *const *series; /* of loads; one named twice is one */
	size_t n_series;
	unsigned min, max, increment; /* of the cluster: 0; 0: unbounded; 1 */

	double out, in;                       /* percent; NAN (default): no such threshold */
	unsigned smoothing_out, smoothing_in; /* samples, >= 1; 1 */
	enum policy_step step;                /* STEP_INCREMENT */
	/*
	 * Percent; NAN (default), or not above 0: none.  The size is then ceil(size * load / target), and a threshold
	 * that is absent is the target plus or minus the tolerance (percent points; NAN: a tenth of
	 * the target).
	 */
	double target, tolerance;
	int64_t cooldown_out_ms, cooldown_in_ms; /* after any scaling by this policy; 0 */
	int64_t stabilization_ms;  /* in only to the largest size called for within them; 0 */
	bool unguarded;            /* may scale in to where the load would scale out; false */
	int64_t predict_ahead_ms;  /* out when the load extrapolated so far breaches; 0: never */
	int64_t predict_window_ms; /* of the samples extrapolated; 0: predict_ahead_ms */
	const struct lm_hours *schedule; /* at least so many members at these hours; NULL */
};

void policy_scale_init(struct policy_scale *);

struct policy_heal {
	struct series *series;  /* of integrity */
	unsigned smoothing;     /* >= 1 */
	int64_t period_ms;      /* of its samples; 0: silence means nothing */
	unsigned maximum_heals; /* see policies_count_heal(); 0: as many as are wanted */
	int64_t heal_window_ms;
};

/* ---- policies come and go --------------------------------------------------------------------- */

/* Everything is copied.  They start disabled, and at size 0. */
struct policy *policies_add_scale(struct policies *, const struct policy_scale *, void *owner);
struct policy *policies_add_heal(struct policies *, const struct policy_heal *, void *owner);
/*
 * The same policy by another description: it is disabled, and keeps its size and what it remembers
 * of its decisions.  The kind stays.
 */
void policies_change_scale(struct policies *, struct policy *, const struct policy_scale *);
void policies_change_heal(struct policies *, struct policy *, const struct policy_heal *);
void policies_drop(struct policies *, struct policy *); /* NULL: nothing */

/* Enabling what is enabled, or disabling what is not, changes nothing. */
void policies_enable(struct policies *, struct policy *, bool enabled, int64_t now_ms);
bool policy_is_enabled(const struct policy *);
/*
 * How many members of the cluster are in service.  A size that follows a decision is what begins
 * its cool-down; it goes on until the policy is enabled again.
 */
void policies_set_size(struct policies *, struct policy *, unsigned size, int64_t now_ms);

/*
 * A heal of the component of this policy is about to begin, whoever asked for it: counts it.  False:
 * there have been 'maximum_heals' within the last 'heal_window_ms'; it is not counted and must
 * not begin.
 */
bool policies_count_heal(struct policies *, struct policy *, int64_t now_ms);
/* When those were that are counted, oldest first, for the journal; some may be over.  Borrowed. */
size_t policies_heals(const struct policy *, const int64_t **out_ms);
/* Somebody has looked after the component: the heals so far count no longer. */
void policies_forget_heals(struct policies *, struct policy *);

/* ---- samples and time ------------------------------------------------------------------------- */

enum policy_action { POLICY_SCALE_OUT, POLICY_SCALE_IN, POLICY_HEAL };
const char *policy_action_text(enum policy_action); /* "scale out", ... */

struct policy_decision {
	void *owner;
	enum policy_action action;
	unsigned size;    /* wanted, within the limits; 0 for a heal */
	char reason[200]; /* "load 107, 107, 106 above 58 three times: from 1 to 2" */
};

/* Heap vector; the caller empties it (lm_vec_free). */
struct policy_decisions {
	struct policy_decision *v;
	size_t n, cap;
};

/* What became of a sample.  Only one that was taken counts for anything. */
enum sample_fate {
	SAMPLE_TAKEN,
	SAMPLE_DUPLICATE,    /* as old as the series' latest */
	SAMPLE_LATE,         /* older than the series' latest */
	SAMPLE_STALE,        /* more than SAMPLE_AGE_MAX_MS old */
	SAMPLE_FUTURE,       /* more than SAMPLE_AHEAD_MAX_MS ahead: somebody's clock is wrong */
	SAMPLE_NOT_A_NUMBER, /* or not a finite one */
};
enum { SAMPLE_FATES = SAMPLE_NOT_A_NUMBER + 1 };
enum { SAMPLE_AGE_MAX_MS = 60000, SAMPLE_AHEAD_MAX_MS = 5000 };
const char *sample_fate_text(enum sample_fate); /* "taken", "duplicate", "late", ... */

/*
 * 'at_ms' is when it was measured, by the sender's clock; 0: when it comes, which is never a
 * duplicate nor late.  The series must be of this kind.  No decision: nothing is added.
 */
enum sample_fate policies_load(struct policies *, struct series *, double load, int64_t at_ms,
    int64_t now_ms, struct policy_decisions *);
enum sample_fate policies_integrity(struct policies *, struct series *, bool ok, int64_t at_ms,
    int64_t now_ms, struct policy_decisions *);

/* Counts missing samples, keeps schedules.  Returns when it next wants to be called; INT64_MAX: not
 * at all.  Among many policies that may be in vain, but it is never too late. */
int64_t policies_tick(struct policies *, int64_t now_ms, struct policy_decisions *);
/* The same answer, without counting. */
int64_t policies_next(const struct policies *);

/* ---- what a policy has seen, for people ------------------------------------------------------- */

/* A line: "load 53 (out > 58: 0/3, in < 32: 0/3)". */
void policies_explain(const struct policies *, const struct policy *, struct lm_buf *out);
/*
 * A JSON object.  Times are texts, spans seconds; what is not known is null or absent.
 *  - scale: kind, enabled, load, [forecast], scaleOut and scaleIn {threshold, samples (in a row),
 *    smoothing, cooldown}, size, min, max, increment, [scheduled (at this hour)], [target], guard (what
 *    a scale-in must not lead above), samples [{at, load}] (16, the latest last)
 *  - heal: kind, enabled, integrity, broken and missing (in a row), smoothing, period, [missingAt],
 *    heals {spent, maximum, window}
 *  - both: held (why nothing is done now; null: something is, with the next sample), [last {at,
 *    action, size, reason}]
 */
void policies_print(
    const struct policies *, const struct policy *, int64_t now_ms, struct lm_buf *out);

#endif
