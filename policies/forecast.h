/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_POLICIES_FORECAST_H
#define LM_POLICIES_FORECAST_H

#include <stdint.h>

/*
 * Where a load is going: the line of least squares through the samples of a window.  The window is
 * cut into slots of which the sums are kept: exact for any number of samples, in the room of a few.
 * What leaves the window leaves it a slot at a time.
 */
enum { FORECAST_SLOTS = 32 };

struct forecast {
	int64_t slot_ms;
	int64_t newest; /* number of the newest slot, in slots since 1970 */
	struct {
		double n, t, x, tt, tx; /* t: seconds since the slot began */
	} slots[FORECAST_SLOTS];        /* slot i at i modulo FORECAST_SLOTS */
};

void forecast_init(struct forecast *, int64_t window_ms);
void forecast_clear(struct forecast *);
/* Older ones than the window, beside newer ones, are left out. */
void forecast_add(struct forecast *, double load, int64_t at_ms);
/*
 * The load at that time.  NaN as long as there are less than three samples, or they do not reach over
 * half the window: the slope between two neighbours is noise.
 */
double forecast_at(const struct forecast *, int64_t at_ms);

#endif
