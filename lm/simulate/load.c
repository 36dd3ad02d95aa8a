/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/simulate/load.h"

#include <stdlib.h>

#include "base/heap.h"

struct lm_err *load_allot(struct load *l, int64_t length_ms)
{
	int64_t n = length_ms / l->period_ms;

	if (n < 1)
		return lm_err_new(LM_ERR_INVALID,
		    "%lld s is too short: the metric is published every %lld s",
		    (long long)length_ms / 1000, (long long)l->period_ms / 1000);
	if (n > LOAD_SAMPLES_MAX)
		return lm_err_new(LM_ERR_LIMIT, "more than %d samples: simulate a shorter time",
		    LOAD_SAMPLES_MAX);
	l->n = (size_t)n;
	l->v = lm_alloc_n(l->n, sizeof *l->v);
	return NULL;
}

void load_fini(struct load *l)
{
	free(l->v);
	l->v = NULL;
	l->n = 0;
}

/* splitmix64: a number that looks like chance, and is the same everywhere. */
static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

/* From -1 to 1. */
static double chance(uint64_t seed, uint64_t what, uint64_t nth)
{
	return (double)(mix(seed ^ mix(what * 0x10001 + nth)) >> 11) / (double)(UINT64_C(1) << 52) -
	       1;
}

void offer_init(struct offer *o, const struct load *l, uint64_t seed, size_t cluster)
{
	*o = (struct offer){.load = l, .seed = mix(seed) ^ mix((uint64_t)cluster + 1)};
	o->factor = 1 + l->vary / 100 * chance(o->seed, LOAD_NOISES_MAX, 0);
	for (size_t i = 0; i < l->n_noises; i++)
		o->noises[i].now = l->noises[i].percent / 100 * chance(o->seed, i, 0);
}

/* The way to the next random value of a noise. */
static void noise_turn(struct offer *o, size_t i)
{
	const struct noise *n = &o->load->noises[i];
	int64_t steps = n->every_ms / o->load->period_ms;

	if (steps < 1)
		steps = 1;
	double to = n->percent / 100 * chance(o->seed, i, ++o->noises[i].drawn);
	o->noises[i].left = steps;
	o->noises[i].step = (to - o->noises[i].now) / (double)steps;
}

double offer_next(struct offer *o)
{
	const struct load *l = o->load;
	double value = (double)l->v[o->next] * o->factor;

	o->next++;
	for (size_t i = 0; i < l->n_noises; i++) {
		value *= 1 + o->noises[i].now;
		if (o->noises[i].left == 0)
			noise_turn(o, i);
		o->noises[i].now += o->noises[i].step;
		o->noises[i].left--;
	}
	return value > 0 ? value : 0;
}
