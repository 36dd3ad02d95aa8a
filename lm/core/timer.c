/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/core/timer.h"

#include <stdbool.h>

#include "base/vec.h"

static bool is_before(const struct timer *a, const struct timer *b)
{
	return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->serial < b->serial;
}

/* Places count from 1: the parent of i is i / 2. */
static void seat(struct timers *h, struct timer *x, size_t place)
{
	h->v[place - 1] = x;
	x->place = place;
}

static void rise(struct timers *h, struct timer *x)
{
	size_t at = x->place;

	for (; at > 1 && is_before(x, h->v[at / 2 - 1]); at /= 2)
		seat(h, h->v[at / 2 - 1], at);
	seat(h, x, at);
}

static void sink(struct timers *h, struct timer *x)
{
	size_t at = x->place;

	for (size_t child; (child = at * 2) <= h->n; at = child) {
		if (child < h->n && is_before(h->v[child], h->v[child - 1]))
			child++;
		if (!is_before(h->v[child - 1], x))
			break;
		seat(h, h->v[child - 1], at);
	}
	seat(h, x, at);
}

void timer_set(struct timers *h, struct timer *x, int64_t at_ms)
{
	x->at_ms = at_ms;
	x->serial = h->serial++;
	if (x->place == 0) {
		*LM_PUSH(NULL, h) = x;
		x->place = h->n;
	}
	rise(h, x);
	sink(h, x);
}

void timer_stop(struct timers *h, struct timer *x)
{
	size_t hole = x->place;

	if (hole == 0)
		return;
	x->place = 0;
	struct timer *last = h->v[--h->n];
	if (last == x)
		return;
	seat(h, last, hole);
	rise(h, last);
	sink(h, last);
}

struct timer *timers_first(const struct timers *h)
{
	return h->n == 0 ? NULL : h->v[0];
}

void timers_fini(struct timers *h)
{
	lm_vec_free(h);
}
