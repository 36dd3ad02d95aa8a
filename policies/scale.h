/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_POLICIES_SCALE_H
#define LM_POLICIES_SCALE_H

#include <stdalign.h>
#include <sys/queue.h>

#include "policies/crest.h"
#include "policies/forecast.h"
#include "policies/mean.h"
#include "policies/memory.h"
#include "policies/rule.h"

enum {
	RECENT_KEPT = 16,          /* loads remembered, of which the latest are the run */
	SIZE_MAX_WANTED = 1000000, /* of a cluster without a maximum */
	SCHEDULE_AGAIN_MS = 60000, /* a scale that was not granted is asked for again */
};

/* What a sample touches comes first. */
struct scale {
	alignas(64) struct policy policy;
	struct link link;      /* of its first series, often the only one */
	double out, in;        /* what is a breach: a threshold or the target's; NaN: nothing */
	double load;           /* the latest; NaN: none since the policy was enabled */
	unsigned above, below; /* the run of breaches; one of the two is 0 */
	unsigned smoothing_out, smoothing_in;
	unsigned size;
	unsigned n_recent;         /* ever seen: the i-th is at i modulo RECENT_KEPT */
	struct forecast *forecast; /* owned; NULL: not wanted */
	struct crest *called;      /* owned: the sizes called for; NULL: nothing is stabilised */
	struct mean mean;
	struct {
		int64_t at_ms;
		double load;
	} recent[RECENT_KEPT];

	struct policy_scale conf;  /* but the series and the schedule */
	double ahead;              /* where the load is going; NaN: not known */
	struct link *links;        /* of the other series; owned */
	struct lm_hours *schedule; /* owned; NULL: none */
	struct memory memory;
	LIST_ENTRY(scale) of_all;
};

static inline struct scale *as_scale(const struct policy *p)
{
	return (struct scale *)p;
}

void scale_init(struct scale *, const struct policy_scale *);
void scale_fini(struct scale *);
/* Begins to see, or no longer sees: counts begin anew. */
void scale_reset(struct scale *, int64_t now_ms);
void scale_set_size(struct scale *, unsigned size, int64_t now_ms);
/* Another description; what it remembers stays.  It must not be enabled. */
void scale_change(struct scale *, const struct policy_scale *);
void scale_sample(struct scale *, size_t index, double load, int64_t at_ms, int64_t now_ms,
    struct policy_decisions *);
/* It is due: a rule of its schedule has begun or ended. */
void scale_tick(struct scale *, int64_t now_ms, struct policy_decisions *);

/* ---- judge.c ------------------------------------------------------------------------------------ */

/* Why nothing is done now. */
enum held {
	HELD_NOT, /* something is */
	HELD_UNWATCHED,
	HELD_SILENT,   /* no load yet */
	HELD_CALM,     /* no breach */
	HELD_COUNTING, /* too few breaches in a row */
	HELD_REFILL,   /* below the minimum: to be mended, not scaled */
	HELD_MAXIMUM,
	HELD_MINIMUM,
	HELD_SCHEDULE, /* at what the schedule wants */
	HELD_COOLDOWN,
	HELD_CALLED,      /* the load calls for this size */
	HELD_STABILIZING, /* a larger size was called for lately */
	HELD_GUARD,       /* the smaller pool would scale out again */
};

struct verdict {
	enum held held;
	enum policy_action action;         /* what is done, or held */
	unsigned size;                     /* wanted; of a guard: refused */
	double load;                       /* of one member of so many */
	double limit;                      /* of a guard: what that load may be, ... */
	bool has_regrets;                  /* ... since a scale-in had to be taken back */
	int64_t left_ms;                   /* of a cool-down */
	const struct lm_hours_entry *rule; /* what the schedule wants at this hour; NULL: nothing */
	bool is_scheduled;                 /* it is what is done */
};

struct verdict scale_judge(const struct scale *, int64_t now_ms);
/* The size at which a member would have the load that is wanted, of this load at the present size. */
unsigned scale_called(const struct scale *, double load);
/* The highest and the lowest of the run's latest loads, as many as smoothing asks for. */
double scale_run_highest(const struct scale *);
double scale_run_lowest(const struct scale *);
/* What a scale-in must not lead above; NaN: anything is right. */
double scale_guard_limit(const struct scale *, int64_t now_ms);

/* ---- scale_words.c ------------------------------------------------------------------------------ */

void scale_print_reason(const struct scale *, const struct verdict *, struct lm_buf *out);
void scale_explain(const struct scale *, struct lm_buf *out);
void scale_print(const struct scale *, int64_t now_ms, struct lm_buf *out);

#endif
