/* SPDX-License-Identifier: Apache-2.0 */
#include "policies/deadlines.h"

#include "base/vec.h"
#include "policies/rule.h"

void deadlines_fini(struct deadlines *d)
{
	lm_vec_free(d);
}

static bool is_before(const struct policy *a, const struct policy *b)
{
	return a->wake_ms != b->wake_ms ? a->wake_ms < b->wake_ms : a->serial < b->serial;
}

/* Places count from 1: the parent of i is i / 2. */
static void seat(struct deadlines *d, struct policy *p, size_t place)
{
	d->v[place - 1] = p;
	p->place = place;
}

static void rise(struct deadlines *d, struct policy *p)
{
	size_t at = p->place;

	for (; at > 1 && is_before(p, d->v[at / 2 - 1]); at /= 2)
		seat(d, d->v[at / 2 - 1], at);
	seat(d, p, at);
}

static void sink(struct deadlines *d, struct policy *p)
{
	size_t at = p->place;

	for (size_t child; (child = at * 2) <= d->n; at = child) {
		if (child < d->n && is_before(d->v[child], d->v[child - 1]))
			child++;
		if (!is_before(d->v[child - 1], p))
			break;
		seat(d, d->v[child - 1], at);
	}
	seat(d, p, at);
}

void deadlines_put(struct deadlines *d, struct policy *p, int64_t wake_ms)
{
	p->wake_ms = wake_ms;
	if (p->place == 0) {
		*LM_PUSH(NULL, d) = p;
		p->place = d->n;
	}
	rise(d, p);
	sink(d, p);
}

void deadlines_drop(struct deadlines *d, struct policy *p)
{
	size_t hole = p->place;

	if (hole == 0)
		return;
	p->place = 0;
	struct policy *last = d->v[--d->n];
	if (last == p)
		return;
	seat(d, last, hole);
	rise(d, last);
	sink(d, last);
}

struct policy *deadlines_first(const struct deadlines *d)
{
	return d->n == 0 ? NULL : d->v[0];
}
