/* SPDX-License-Identifier: Apache-2.0 */
#include "policies/forecast.h"

#include <math.h>
#include <string.h>

void forecast_init(struct forecast *f, int64_t window_ms)
{
	/* The newest slot is not full yet: the window is in the others. */
	*f = (struct forecast){.slot_ms = window_ms / (FORECAST_SLOTS - 1) + 1};
}

void forecast_clear(struct forecast *f)
{
	f->newest = 0;
	memset(f->slots, 0, sizeof f->slots);
}

/* The slots between the newest so far and this one are empty. */
static void advance(struct forecast *f, int64_t slot)
{
	int64_t gap = slot - f->newest;

	if (gap > FORECAST_SLOTS)
		gap = FORECAST_SLOTS;
	for (int64_t i = 0; i < gap; i++)
		memset(&f->slots[(slot - i) % FORECAST_SLOTS], 0, sizeof f->slots[0]);
	f->newest = slot;
}

void forecast_add(struct forecast *f, double load, int64_t at_ms)
{
	int64_t slot = at_ms / f->slot_ms;
	double t = (double)(at_ms - slot * f->slot_ms) / 1000;

	if (slot > f->newest)
		advance(f, slot);
	if (slot <= f->newest - FORECAST_SLOTS)
		return;
	__typeof__(f->slots[0]) *s = &f->slots[slot % FORECAST_SLOTS];
	s->n += 1;
	s->t += t;
	s->x += load;
	s->tt += t * t;
	s->tx += t * load;
}

double forecast_at(const struct forecast *f, int64_t at_ms)
{
	const double slot_s = (double)f->slot_ms / 1000;
	double n = 0, t = 0, x = 0, tt = 0, tx = 0; /* t: seconds since the newest slot began */
	double first = NAN, last = NAN;

	for (int i = FORECAST_SLOTS - 1; i >= 0; i--) {
		int64_t slot = f->newest - i;
		const __typeof__(f->slots[0]) *s;

		if (slot < 0 || (s = &f->slots[slot % FORECAST_SLOTS])->n == 0)
			continue;
		double d = -i * slot_s; /* the slot's begin */
		n += s->n;
		t += s->t + s->n * d;
		x += s->x;
		tt += s->tt + 2 * d * s->t + s->n * d * d;
		tx += s->tx + d * s->x;
		last = d + s->t / s->n;
		if (isnan(first))
			first = last;
	}
	double spread = n * tt - t * t;
	if (n < 3 || last - first < slot_s * FORECAST_SLOTS / 2 || spread <= 0)
		return NAN;
	double slope = (n * tx - t * x) / spread;
	double ahead_s = (double)(at_ms - f->newest * f->slot_ms) / 1000;
	return x / n + slope * (ahead_s - t / n);
}
