/* SPDX-License-Identifier: Apache-2.0 */
#include "policies/deadlines.h"

#include "base/vec.h"
#include "policies/rule.h"

/* So few are looked at before their time, so that nobody is woken for who has been moved on. */
enum { FEW = 16 };

void deadlines_fini(struct deadlines *d)
{
	lm_vec_free(&d->soon);
	for (size_t i = 0; i < DEADLINE_SLOTS; i++)
		lm_vec_free(&d->slots[i]);
}

/* ---- the heap: places count from 1, the parent of i is i / 2 --------------------------------------- */

static bool is_before(const struct deadline *a, const struct deadline *b)
{
	return a->wake_ms != b->wake_ms ? a->wake_ms < b->wake_ms
					: a->policy->serial < b->policy->serial;
}

static void seat(struct deadlines *d, struct deadline x, size_t place)
{
	d->soon.v[place - 1] = x;
	x.policy->place = (uint32_t)place;
}

static void rise(struct deadlines *d, size_t at)
{
	const struct deadline *v = d->soon.v;
	struct deadline x = v[at - 1];

	for (; at > 1 && is_before(&x, &v[at / 2 - 1]); at /= 2)
		seat(d, v[at / 2 - 1], at);
	seat(d, x, at);
}

static void sink(struct deadlines *d, size_t at)
{
	const struct deadline *v = d->soon.v;
	struct deadline x = v[at - 1];

	for (size_t child; (child = at * 2) <= d->soon.n; at = child) {
		if (child < d->soon.n && is_before(&v[child], &v[child - 1]))
			child++;
		if (!is_before(&v[child - 1], &x))
			break;
		seat(d, v[child - 1], at);
	}
	seat(d, x, at);
}

static void push(struct deadlines *d, struct policy *p)
{
	*LM_PUSH(NULL, &d->soon) = (struct deadline){p->due_ms, p};
	p->waits = WAITS_SOON;
	rise(d, d->soon.n);
}

static void pull(struct deadlines *d, const struct policy *p)
{
	size_t hole = p->place;
	struct deadline last = d->soon.v[--d->soon.n];

	if (last.policy == p)
		return;
	seat(d, last, hole);
	rise(d, hole);
	sink(d, last.policy->place);
}

/* ---- the slots --------------------------------------------------------------------------------- */

static int64_t slot_of(int64_t ms)
{
	return ms / DEADLINE_SLOT_MS;
}

static void mark(struct deadlines *d, size_t i)
{
	uint64_t bit = UINT64_C(1) << i % 64;

	if (d->slots[i].n > 0)
		d->filled[i / 64] |= bit;
	else
		d->filled[i / 64] &= ~bit;
}

/* The number of the first that is not empty, or INT64_MAX. */
static int64_t first_filled(const struct deadlines *d)
{
	size_t begin = (size_t)(d->horizon + 1) % DEADLINE_SLOTS;

	for (size_t i = 0; i <= DEADLINE_SLOTS / 64; i++) { /* the first word twice: its two ends */
		size_t word = (begin / 64 + i) % (DEADLINE_SLOTS / 64);
		uint64_t bits = d->filled[word], behind = ~UINT64_C(0) << begin % 64;

		bits &= i == 0 ? behind : i == DEADLINE_SLOTS / 64 ? ~behind : ~UINT64_C(0);
		if (bits == 0)
			continue;
		size_t at = word * 64 + (size_t)__builtin_ctzll(bits);
		return d->horizon + 1 + (int64_t)((at + DEADLINE_SLOTS - begin) % DEADLINE_SLOTS);
	}
	return INT64_MAX;
}

static void park(struct deadlines *d, struct policy *p, int64_t slot)
{
	size_t i = (size_t)slot % DEADLINE_SLOTS;

	*LM_PUSH(NULL, &d->slots[i]) = p;
	p->waits = (uint8_t)i;
	p->place = (uint32_t)d->slots[i].n;
	mark(d, i);
}

static void unpark(struct deadlines *d, const struct policy *p)
{
	struct deadline_slot *s = &d->slots[p->waits];

	s->v[p->place - 1] = s->v[--s->n];
	s->v[p->place - 1]->place = p->place;
	mark(d, p->waits);
}

/* Who is due beyond all slots is in the heap as well: those are few, or seldom looked at. */
static void place(struct deadlines *d, struct policy *p)
{
	int64_t slot = slot_of(p->due_ms);

	if (slot > d->horizon && slot <= d->horizon + DEADLINE_SLOTS)
		park(d, p, slot);
	else
		push(d, p);
}

/* Everybody in this slot moves on: to the heap, or to where samples have moved them. */
static void advance(struct deadlines *d, int64_t slot)
{
	size_t at = (size_t)slot % DEADLINE_SLOTS;
	struct deadline_slot old = d->slots[at];

	d->slots[at] = (struct deadline_slot){0};
	d->horizon = slot;
	mark(d, at);
	for (size_t i = 0; i < old.n; i++)
		place(d, old.v[i]);
	lm_vec_free(&old);
}

/* ---- both -------------------------------------------------------------------------------------- */

void deadlines_put(struct deadlines *d, struct policy *p)
{
	deadlines_drop(d, p);
	place(d, p);
}

void deadlines_drop(struct deadlines *d, struct policy *p)
{
	if (p->place == 0)
		return;
	if (p->waits == WAITS_SOON)
		pull(d, p);
	else
		unpark(d, p);
	p->place = 0;
}

/* Until now, and on as long as the next slot might hold the first and there are few in it. */
static void look_ahead(struct deadlines *d, int64_t now_ms)
{
	int64_t slot;

	while ((slot = first_filled(d)) != INT64_MAX) {
		int64_t begin_ms = slot * DEADLINE_SLOT_MS;

		if (begin_ms > now_ms && (d->slots[slot % DEADLINE_SLOTS].n > FEW ||
					     (d->soon.n > 0 && d->soon.v[0].wake_ms < begin_ms)))
			break;
		advance(d, slot);
	}
	if (d->horizon < slot_of(now_ms))
		d->horizon = slot_of(now_ms);
}

struct policy *deadlines_due(struct deadlines *d, int64_t now_ms)
{
	look_ahead(d, now_ms);
	while (d->soon.n > 0) {
		struct deadline first = d->soon.v[0];

		if (first.policy->due_ms > first.wake_ms) {
			deadlines_put(d, first.policy);
			look_ahead(d, now_ms);
			continue;
		}
		return first.wake_ms <= now_ms ? first.policy : NULL;
	}
	return NULL;
}

int64_t deadlines_next(const struct deadlines *d)
{
	int64_t slot = first_filled(d);
	int64_t later_ms = slot == INT64_MAX ? INT64_MAX : slot * DEADLINE_SLOT_MS;

	return d->soon.n > 0 && d->soon.v[0].wake_ms < later_ms ? d->soon.v[0].wake_ms : later_ms;
}
