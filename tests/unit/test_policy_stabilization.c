/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>

#include "tests/lib/pool.h"

static struct pool pool;

static void setup(void)
{
	pool_init(&pool);
	pool.set.step = STEP_PROPORTIONAL;
	pool.set.stabilization_ms = 300000;
}

static void teardown(void)
{
	pool_fini(&pool);
}

START_TEST(a_pool_shrinks_only_to_the_largest_size_called_for_lately)
{
	pool_begin(&pool, 8);
	pool_pass(&pool, 300);
	POOL_LOADS(&pool, 40, 28); /* 6 and 4 members */
	ck_assert_str_eq(pool_decided(&pool),
	    "scale in to 6: load 28 below 32: from 8 to 6, for a load of 37.33");
}
END_TEST

START_TEST(when_as_many_were_called_for_nobody_goes)
{
	pool_begin(&pool, 8);
	POOL_LOADS(&pool, 10);
	ck_assert_str_eq(pool_held(&pool), "8 members were called for within the last 300 s");
	ck_assert_uint_eq(pool_wanted(&pool), 0);
}
END_TEST

START_TEST(what_was_called_for_before_the_policy_saw_is_the_size_that_it_found)
{
	pool_begin(&pool, 8);
	pool_pass(&pool, 290);
	POOL_LOADS(&pool, 10);
	ck_assert_uint_eq(pool_wanted(&pool), 0);
	pool_pass(&pool, 5);
	POOL_LOADS(&pool, 10);
	ck_assert_uint_eq(pool_wanted(&pool), 2);
}
END_TEST

START_TEST(a_peak_is_forgotten_when_its_time_has_passed)
{
	pool_begin(&pool, 8);
	pool_pass(&pool, 300);
	POOL_LOADS(&pool, 57); /* 8 members */
	pool_pass(&pool, 290);
	POOL_LOADS(&pool, 10);
	ck_assert_uint_eq(pool_wanted(&pool), 0);
	POOL_LOADS(&pool, 10);
	ck_assert_uint_eq(pool_wanted(&pool), 0);
	POOL_LOADS(&pool, 10);
	ck_assert_uint_eq(pool_wanted(&pool), 2);
}
END_TEST

START_TEST(it_outlasts_a_scaling)
{
	pool_begin(&pool, 8);
	pool_pass(&pool, 300);
	POOL_LOADS(&pool, 40, 28);
	pool_scale(&pool, pool_wanted(&pool), 60);
	POOL_LOADS(&pool, 10);
	ck_assert_str_eq(pool_held(&pool), "6 members were called for within the last 300 s");
}
END_TEST

START_TEST(growing_is_not_held)
{
	pool_begin(&pool, 2);
	POOL_LOADS(&pool, 120);
	ck_assert_uint_eq(pool_wanted(&pool), 5);
}
END_TEST

START_TEST(single_steps_are_held_as_well)
{
	pool.set.step = STEP_INCREMENT;
	pool_begin(&pool, 8);
	pool_pass(&pool, 300);
	POOL_LOADS(&pool, 50); /* 7 members */
	POOL_LOADS(&pool, 10);
	ck_assert_uint_eq(pool_wanted(&pool), 7);
	pool_scale(&pool, 7, 0);
	POOL_LOADS(&pool, 10);
	ck_assert_uint_eq(pool_wanted(&pool), 0);
}
END_TEST

/* A staircase of more sizes than are remembered: never fewer servers than were called for. */
START_TEST(a_long_decline_of_many_sizes_is_remembered_to_the_safe_side)
{
	pool.set.max = 1000;
	pool_begin(&pool, 1000);
	pool_pass(&pool, 300);
	for (unsigned i = 0; i < 40; i++) {
		POOL_LOADS(&pool, 58 - i); /* 1000 members, 983, 966, ... */
		pool.decisions.n = 0;
	}
	pool_pass(&pool, 200);
	POOL_LOADS(&pool, 1);
	unsigned wanted = pool_wanted(&pool);
	ck_assert_uint_ge(wanted, 1000 * (58 - 20) / 58);
	ck_assert_uint_lt(wanted, 1000);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("policies/stabilization");
	TCase *tc = tcase_create("stabilisation of five minutes");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_pool_shrinks_only_to_the_largest_size_called_for_lately);
	tcase_add_test(tc, when_as_many_were_called_for_nobody_goes);
	tcase_add_test(tc, what_was_called_for_before_the_policy_saw_is_the_size_that_it_found);
	tcase_add_test(tc, a_peak_is_forgotten_when_its_time_has_passed);
	tcase_add_test(tc, it_outlasts_a_scaling);
	tcase_add_test(tc, growing_is_not_held);
	tcase_add_test(tc, single_steps_are_held_as_well);
	tcase_add_test(tc, a_long_decline_of_many_sizes_is_remembered_to_the_safe_side);
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
