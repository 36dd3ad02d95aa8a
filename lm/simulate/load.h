/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SIMULATE_LOAD_H
#define LM_SIMULATE_LOAD_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/*
 * What is offered to a service over time, in percent of one server: 250 is what two and a half
 * servers carry.  How much of it each server gets is the world's matter.
 */
enum { LOAD_NOISES_MAX = 4 };

/* Samples that are kept: a year of one a second. */
enum { LOAD_SAMPLES_MAX = 366 * 86400 };

/* It wanders within so many percent of the load, from one random value to the next in 'every_ms'. */
struct noise {
	double percent;
	int64_t every_ms;
};

struct load {
	int64_t begin_ms;  /* wall clock of the first sample */
	int64_t period_ms; /* between two samples */
	size_t n;
	float *v; /* heap */
	/* What differs from cluster to cluster. */
	struct noise noises[LOAD_NOISES_MAX];
	size_t n_noises;
	double vary; /* each is larger or smaller by up to so many percent */
	/* Of a recording: how long there was nothing in it, where the last value was held. */
	int64_t silent_ms;
};

/* Room for the samples of so long a time; LIMIT when they are too many, INVALID when there is none. */
struct lm_err *load_allot(struct load *, int64_t length_ms) LM_MUST_USE;
void load_fini(struct load *);

/* What is asked of a load, whatever it comes from. */
struct load_conf {
	int64_t begin_ms;  /* of what has no times of day of its own */
	int64_t period_ms; /* between two samples of the metric; > 0 */
	int64_t length_ms; /* 0: as long as it is, or a profile's default */
};

/* profile.c: "day:peak=450+noise:8"; the profiles are in load_profiles_print(). */
struct lm_err *load_of_profile(const char *text, const struct load_conf *, struct load *out)
    LM_MUST_USE;

struct lm_buf;
void load_profiles_print(struct lm_buf *); /* a line each, for the help */

/* Of which metric a recording is wanted, where it tells: NULL is whichever. */
struct recording {
	const char *file;   /* what errors call it */
	const char *metric; /* "h_load" */
};

/*
 * recording.c: comma-separated values under a line of names, in any order:
 *	time          seconds, or ISO 8601; ascending
 *	load, value   percent; with 'servers' of each of them, else of one server
 *	servers       in service
 *	calls, capacity   in progress, and how many one server carries: these count where they stand
 *	component, metric whose it is; rows of other metrics are passed over
 * A value holds until the next one.  Errors name the line and the column.
 */
struct lm_err *load_of_recording(const struct recording *, const char *text, size_t n,
    const struct load_conf *, struct load *out) LM_MUST_USE;

/* ---- one cluster's share --------------------------------------------------------------------- */

/* The load as one cluster gets it: the same for the same seed and cluster. */
struct offer {
	const struct load *load;
	size_t next;
	double factor;
	struct {
		double now, step;
		int64_t left; /* samples until the next random value */
		uint64_t drawn;
	} noises[LOAD_NOISES_MAX];
	uint64_t seed;
};

void offer_init(struct offer *, const struct load *, uint64_t seed, size_t cluster);
/* One sample after the other, 'load->n' of them; never negative. */
double offer_next(struct offer *);

#endif
