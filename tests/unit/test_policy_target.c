/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <math.h>

#include "tests/lib/pool.h"

static struct pool pool;

static void setup(void)
{
	pool_init(&pool);
	pool.set.out = pool.set.in = NAN;
	pool.set.target = 60;
}

static void teardown(void)
{
	pool_fini(&pool);
}

START_TEST(the_pool_gets_the_size_at_which_a_member_has_the_target)
{
	pool_begin(&pool, 3);
	POOL_LOADS(&pool, 90);
	ck_assert_str_eq(
	    pool_decided(&pool), "scale out to 5: load 90 above 66: from 3 to 5, for a load of 54");
	POOL_LOADS(&pool, 20);
	ck_assert_str_eq(
	    pool_decided(&pool), "scale in to 1: load 20 below 54: from 3 to 1, for a load of 60");
}
END_TEST

START_TEST(within_a_tenth_of_the_target_nothing_is_done)
{
	pool_begin(&pool, 3);
	POOL_LOADS(&pool, 66, 54, 60);
	ck_assert_str_eq(pool_decided(&pool), "");
	ck_assert_str_eq(pool_held(&pool), "the load is not above 66 nor below 54");
}
END_TEST

START_TEST(a_tolerance_is_in_percent_points)
{
	pool.set.tolerance = 20;
	pool_begin(&pool, 3);
	POOL_LOADS(&pool, 80, 40);
	ck_assert_str_eq(pool_decided(&pool), "");
	POOL_LOADS(&pool, 80.5);
	ck_assert_uint_eq(pool_wanted(&pool), 5);
}
END_TEST

START_TEST(a_tolerance_of_zero_is_one)
{
	pool.set.tolerance = 0;
	pool_begin(&pool, 3);
	POOL_LOADS(&pool, 60);
	ck_assert_uint_eq(pool_wanted(&pool), 0);
	POOL_LOADS(&pool, 60.1);
	ck_assert_uint_eq(pool_wanted(&pool), 4);
}
END_TEST

START_TEST(a_load_below_the_target_that_needs_everybody_is_left_alone)
{
	pool_begin(&pool, 2);
	POOL_LOADS(&pool, 50);
	ck_assert_uint_eq(pool_wanted(&pool), 0);
	ck_assert_str_eq(pool_held(&pool), "the load calls for 2 members");
}
END_TEST

START_TEST(thresholds_beside_a_target_say_when_and_the_target_says_how_many)
{
	pool.set.out = 80;
	pool.set.in = 20;
	pool_begin(&pool, 4);
	POOL_LOADS(&pool, 70, 30);
	ck_assert_uint_eq(pool_wanted(&pool), 0);
	POOL_LOADS(&pool, 90);
	ck_assert_uint_eq(pool_wanted(&pool), 6);
	POOL_LOADS(&pool, 15);
	ck_assert_uint_eq(pool_wanted(&pool), 1);
}
END_TEST

START_TEST(a_threshold_below_the_target_does_not_make_a_pool_grow)
{
	pool.set.out = 50;
	pool_begin(&pool, 4);
	POOL_LOADS(&pool, 58);
	ck_assert_uint_eq(pool_wanted(&pool), 0);
	ck_assert_str_eq(pool_held(&pool), "the load calls for 4 members");
}
END_TEST

START_TEST(smoothing_counts_for_a_target_too)
{
	pool.set.smoothing_out = 3;
	pool_begin(&pool, 3);
	POOL_LOADS(&pool, 90, 90);
	ck_assert_str_eq(pool_held(&pool), "2 of 3 samples above 66");
	POOL_LOADS(&pool, 100);
	ck_assert_str_eq(pool_decided(&pool), "scale out to 5: load 90, 90, 100 above 66 three "
					      "times: from 3 to 5, for a load of 60");
}
END_TEST

START_TEST(a_target_of_zero_is_none)
{
	pool.set.target = 0;
	pool_begin(&pool, 3);
	POOL_LOADS(&pool, 0, 500);
	ck_assert_uint_eq(pool_wanted(&pool), 0);
	ck_assert_str_eq(pool_held(&pool), "it has no threshold and no target");
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("policies/target");
	TCase *tc = tcase_create("a target of 60");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, the_pool_gets_the_size_at_which_a_member_has_the_target);
	tcase_add_test(tc, within_a_tenth_of_the_target_nothing_is_done);
	tcase_add_test(tc, a_tolerance_is_in_percent_points);
	tcase_add_test(tc, a_tolerance_of_zero_is_one);
	tcase_add_test(tc, a_load_below_the_target_that_needs_everybody_is_left_alone);
	tcase_add_test(tc, thresholds_beside_a_target_say_when_and_the_target_says_how_many);
	tcase_add_test(tc, a_threshold_below_the_target_does_not_make_a_pool_grow);
	tcase_add_test(tc, smoothing_counts_for_a_target_too);
	tcase_add_test(tc, a_target_of_zero_is_none);
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
