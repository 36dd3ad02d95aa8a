/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SIM_CHANCE_H
#define TESTS_SIM_CHANCE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Chance without a state that everybody shares: each decision has a stream of its own, named by
 * numbers.  When the shrinker takes one thing away, all others stay as they were.
 */
struct chance {
	uint64_t state;
};

static inline uint64_t chance_mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

static inline struct chance chance_of(uint64_t seed, uint64_t subject)
{
	return (struct chance){chance_mix(seed ^ chance_mix(subject))};
}

/* 0 .. sides - 1; 'sides' 0 gives 0. */
static inline unsigned chance_roll(struct chance *c, unsigned sides)
{
	c->state = chance_mix(c->state);
	return sides == 0 ? 0 : (unsigned)((c->state >> 32) * sides >> 32);
}

static inline bool chance_hits(struct chance *c, unsigned permille)
{
	return chance_roll(c, 1000) < permille;
}

#endif
