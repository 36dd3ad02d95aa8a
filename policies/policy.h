/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_POLICIES_POLICY_H
#define LM_POLICIES_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/*
 * The policy engine: samples and time in, decisions out.  Pure: time is a parameter, in
 * milliseconds, never going back.
 *
 * A policy watches one or several metrics, named by metric id "<metric key>.<metric name>".  It
 * counts consecutive breaches; at 'smoothing' of them it decides, once, and begins to count anew.
 *  - scale: the load (the mean of the latest sample of each of its metrics) strictly above 'out'
 *    is a breach upward, strictly below 'in' one downward; anything else resets both counts.
 *    Every sample counts, also when the other metrics were silent since.  Loads are not capped;
 *    a negative one is 0 (a counter began anew).  A missing load counts for nothing, nor does one
 *    that is not a finite number.
 *  - heal: a BROKEN sample is a breach; so is each period without any sample, counted from the
 *    moment the policy was enabled plus one period of grace; an OK resets.  Period 0: nothing is
 *    expected, so nothing is missing.  A tick that comes late counts one period, not several: nobody
 *    was looking.
 * A policy that is not enabled sees nothing.  Enabling, disabling and deciding reset its counts.
 */
struct policies;

struct policies *policies_new(void);
void policies_free(struct policies *);

enum policy_action { POLICY_SCALE_OUT, POLICY_SCALE_IN, POLICY_HEAL };
const char *policy_action_text(enum policy_action); /* "scale out", ... */

struct policy_scale {
	const char *name;                     /* unique: "voice__scaleVoipServer" */
	const char *const *metrics;           /* metric ids */
	size_t n_metrics;                     /* a metric named twice is one */
	double out, in;                       /* percent */
	unsigned smoothing_out, smoothing_in; /* >= 1 */
};

struct policy_heal {
	const char *name;   /* unique: "voice__gateway__kamailio__heal" */
	const char *metric; /* metric id */
	unsigned smoothing; /* >= 1 */
	int64_t period_ms;
};

/* Everything is copied.  Setting a name again replaces it and resets it; it starts disabled. */
void policies_set_scale(struct policies *, const struct policy_scale *);
void policies_set_heal(struct policies *, const struct policy_heal *);
void policies_remove(struct policies *, const char *name); /* unknown: nothing */
/* Enabling what is enabled, or disabling what is not, changes nothing; nor does an unknown name. */
void policies_enable(struct policies *, const char *name, bool enabled, int64_t now_ms);
bool policies_is_enabled(const struct policies *, const char *name);

struct policy_decision {
	const char *policy; /* its name; borrowed until the policy is set again or removed */
	enum policy_action action;
	char reason[160]; /* "load 107, 107, 106 above 58 three times" */
};

/* Heap vector; the caller empties it (lm_vec_free). */
struct policy_decisions {
	struct policy_decision *v;
	size_t n, cap;
};

/* True when some policy, enabled or not, watches this metric: otherwise the sample is a stranger's. */
bool policies_load(
    struct policies *, const char *metric, double load, int64_t now_ms, struct policy_decisions *);
bool policies_integrity(
    struct policies *, const char *metric, bool ok, int64_t now_ms, struct policy_decisions *);

/* Counts missing samples.  Returns when it next wants to be called; INT64_MAX: not at all. */
int64_t policies_tick(struct policies *, int64_t now_ms, struct policy_decisions *);
/* The same answer, without counting. */
int64_t policies_next(const struct policies *);

/* What a policy has seen, for people: "load 53 (out > 58: 0/3, in < 32: 0/3)".  "" when unknown. */
void policies_explain(const struct policies *, const char *name, struct lm_buf *out);

#endif
