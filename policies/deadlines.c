/* SPDX-License-Identifier: Apache-2.0 */
#include "policies/deadlines.h"

#include "base/vec.h"
#include "policies/rule.h"

void deadlines_fini(struct deadlines *d)
{
	lm_vec_free(d);
}

static bool is_before(const struct deadline *a, const struct deadline *b)
{
	return a->wake_ms != b->wake_ms ? a->wake_ms < b->wake_ms
					: a->policy->serial < b->policy->serial;
}

/* Places count from 1: the parent of i is i / 2. */
static void seat(struct deadlines *d, struct deadline x, size_t place)
{
	d->v[place - 1] = x;
	x.policy->place = (uint32_t)place;
}

static void rise(struct deadlines *d, size_t at)
{
	struct deadline x = d->v[at - 1];

	for (; at > 1 && is_before(&x, &d->v[at / 2 - 1]); at /= 2)
		seat(d, d->v[at / 2 - 1], at);
	seat(d, x, at);
}

static void sink(struct deadlines *d, size_t at)
{
	struct deadline x = d->v[at - 1];

	for (size_t child; (child = at * 2) <= d->n; at = child) {
		if (child < d->n && is_before(&d->v[child], &d->v[child - 1]))
			child++;
		if (!is_before(&d->v[child - 1], &x))
			break;
		seat(d, d->v[child - 1], at);
	}
	seat(d, x, at);
}

void deadlines_put(struct deadlines *d, struct policy *p, int64_t wake_ms)
{
	if (p->place == 0) {
		LM_PUSH(NULL, d)->policy = p;
		p->place = (uint32_t)d->n;
	}
	d->v[p->place - 1].wake_ms = wake_ms;
	rise(d, p->place);
	sink(d, p->place);
}

void deadlines_drop(struct deadlines *d, struct policy *p)
{
	size_t hole = p->place;

	if (hole == 0)
		return;
	p->place = 0;
	struct deadline last = d->v[--d->n];
	if (last.policy == p)
		return;
	seat(d, last, hole);
	rise(d, hole);
	sink(d, last.policy->place);
}

struct policy *deadlines_first(const struct deadlines *d, int64_t *out_wake_ms)
{
	if (d->n == 0)
		return NULL;
	*out_wake_ms = d->v[0].wake_ms;
	return d->v[0].policy;
}
