/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <math.h>
#include <stdio.h>

#include "base/vec.h"
#include "policies/policy.h"

/*
 * No pool flaps.  Thousands of policies, each with thresholds, limits, an increment and a smoothing
 * of its own by chance, but with the guard that every policy has by default; each under a load that
 * is offered to the pool as a whole and stays the same, or stays the same but for noise.  Every
 * decision is carried out.
 */
enum { POLICIES = 3000, SAMPLES = 700, SETTLED = 500, EVERY_MS = 5000 }; /* almost an hour */

static uint64_t seed;

static double chance(double from, double to)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return from + (to - from) * (double)(seed >> 11) / (double)(UINT64_C(1) << 53);
}

static unsigned chance_of(unsigned from, unsigned to)
{
	return (unsigned)floor(chance(from, to + 0.999));
}

/* What of a pool's life matters here. */
struct life {
	unsigned out, in; /* scalings each way */
	unsigned turns;   /* of direction */
	unsigned last;    /* the sample of the last one */
	enum policy_action way;
};

static struct policy_scale some_policy(void)
{
	struct policy_scale set;

	policy_scale_init(&set);
	set.n_series = 1;
	set.min = chance_of(0, 3);
	set.max = chance_of(0, 3) == 0 ? 0 : set.min + chance_of(1, 30);
	set.increment = chance_of(1, 5);
	set.out = chance(10, 150);
	set.in = set.out * chance(0, 0.99);
	set.smoothing_out = chance_of(1, 5);
	set.smoothing_in = chance_of(1, 5);
	set.step = chance_of(0, 2) == 0 ? STEP_PROPORTIONAL : STEP_INCREMENT;
	if (chance_of(0, 3) == 0) {
		set.target = chance(10, 100);
		set.out = set.in = NAN;
	}
	return set;
}

static void obey(struct policies *ps, struct policy *p, const struct policy_decision *d,
    unsigned at, struct life *life)
{
	if (life->out + life->in > 0 && life->way != d->action)
		life->turns++;
	life->way = d->action;
	life->last = at;
	if (d->action == POLICY_SCALE_OUT)
		life->out++;
	else
		life->in++;
	policies_enable(ps, p, false, (int64_t)at * EVERY_MS);
	policies_set_size(ps, p, d->size, (int64_t)at * EVERY_MS);
	policies_enable(ps, p, true, (int64_t)at * EVERY_MS);
}

/* 'noise' 0.1: each load is that of the pool by up to a tenth more or less, wandering. */
static struct life live(struct policy_scale *set, double offered, unsigned size, double noise)
{
	struct policies *ps = policies_new();
	struct series *gateway = policies_add_series(ps, SERIES_LOAD);
	struct policy_decisions decisions = {0};
	struct life life = {0};
	double drift = 0;

	set->series = &gateway;
	struct policy *p = policies_add_scale(ps, set, NULL);
	policies_set_size(ps, p, size, 0);
	policies_enable(ps, p, true, 0);
	for (unsigned i = 1; i <= SAMPLES; i++) {
		drift = fmin(noise, fmax(-noise, drift + chance(-noise, noise) / 2));
		policies_load(ps, gateway, offered * (1 + drift) / (size > 0 ? size : 1), 0,
		    (int64_t)i * EVERY_MS, &decisions);
		if (decisions.n == 0)
			continue;
		size = decisions.v[0].size;
		obey(ps, p, &decisions.v[0], i, &life);
		decisions.n = 0;
	}
	lm_vec_free(&decisions);
	policies_free(ps);
	return life;
}

static struct life some_life(struct policy_scale *set, double noise)
{
	*set = some_policy();
	double unit = isnan(set->target) ? set->out : set->target;
	unsigned size = set->min + chance_of(0, set->max == 0 ? 30 : set->max - set->min);

	return live(set, unit * chance(0, 30), size, noise);
}

static void explain(char *text, size_t n, const struct policy_scale *set, const struct life *life)
{
	snprintf(text, n,
	    "out %g in %g target %g min %u max %u increment %u: %u out, %u in, %u turns, last %u",
	    set->out, set->in, set->target, set->min, set->max, set->increment, life->out, life->in,
	    life->turns, life->last);
}

START_TEST(under_a_constant_load_a_pool_goes_one_way_and_then_rests)
{
	unsigned scalings = 0, grown = 0;
	struct policy_scale set;
	char text[256];

	seed = 1;
	for (size_t i = 0; i < POLICIES; i++) {
		struct life life = some_life(&set, 0);

		explain(text, sizeof text, &set, &life);
		ck_assert_msg(life.turns == 0, "%s", text);
		ck_assert_msg(life.last < SETTLED, "%s", text);
		scalings += life.out + life.in;
		grown += life.out > 0;
	}
	ck_assert_uint_gt(scalings, POLICIES); /* it was no test of pools that stand still, */
	ck_assert_uint_gt(grown, POLICIES / 4);
	ck_assert_uint_lt(grown, POLICIES * 3 / 4);
}
END_TEST

/* Noise can lead a guard astray; once or twice, then it asks for more room than the noise takes. */
START_TEST(under_a_noisy_load_a_pool_takes_back_at_most_two_scale_ins)
{
	unsigned scalings = 0, astray = 0;
	struct policy_scale set;
	char text[256];

	seed = 2;
	for (size_t i = 0; i < POLICIES; i++) {
		struct life life = some_life(&set, 0.1);

		explain(text, sizeof text, &set, &life);
		ck_assert_msg(life.turns <= 5, "%s", text);
		scalings += life.out + life.in;
		astray += life.turns > 1;
	}
	ck_assert_uint_gt(scalings, POLICIES);
	ck_assert_uint_gt(astray, 10);
}
END_TEST

START_TEST(without_the_guard_pools_flap)
{
	unsigned flapping = 0;
	struct policy_scale set;

	seed = 1;
	for (size_t i = 0; i < POLICIES / 3; i++) {
		set = some_policy();
		set.unguarded = true;
		double unit = isnan(set.target) ? set.out : set.target;
		flapping += live(&set, unit * chance(0, 30), 1, 0).turns > 100;
	}
	ck_assert_uint_gt(flapping, 10);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("policies/flapping");
	TCase *tc = tcase_create("any policy");

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, under_a_constant_load_a_pool_goes_one_way_and_then_rests);
	tcase_add_test(tc, under_a_noisy_load_a_pool_takes_back_at_most_two_scale_ins);
	tcase_add_test(tc, without_the_guard_pools_flap);
	suite_add_tcase(s, tc);
	return s;
}

int main(void)
{
	SRunner *sr = srunner_create(suite());

	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
