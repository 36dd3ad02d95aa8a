/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <math.h>

#include "tests/lib/pool.h"

static struct pool pool;

static void setup(void)
{
	pool_init(&pool);
	pool.set.step = STEP_PROPORTIONAL;
}

static void teardown(void)
{
	pool_fini(&pool);
}

START_TEST(a_pool_grows_straight_to_the_size_that_carries_the_load)
{
	pool_begin(&pool, 2);
	POOL_LOADS(&pool, 213);
	ck_assert_str_eq(pool_decided(&pool),
	    "scale out to 8: load 213 above 58: from 2 to 8, for a load of 53.25");
}
END_TEST

START_TEST(a_pool_shrinks_straight_to_the_size_that_carries_the_load)
{
	pool_begin(&pool, 8);
	POOL_LOADS(&pool, 10);
	ck_assert_str_eq(
	    pool_decided(&pool), "scale in to 2: load 10 below 32: from 8 to 2, for a load of 40");
}
END_TEST

START_TEST(a_load_that_fits_exactly_takes_no_server_more)
{
	pool_begin(&pool, 2);
	POOL_LOADS(&pool, 87);
	ck_assert_uint_eq(pool_wanted(&pool), 3);
}
END_TEST

START_TEST(it_shrinks_by_the_highest_load_of_the_run_and_grows_by_the_latest)
{
	pool.set.smoothing_in = pool.set.smoothing_out = 3;
	pool_begin(&pool, 10);
	POOL_LOADS(&pool, 25, 5, 5);
	ck_assert_uint_eq(pool_wanted(&pool), 5);
	pool_begin(&pool, 2);
	POOL_LOADS(&pool, 200, 80, 90);
	ck_assert_uint_eq(pool_wanted(&pool), 4);
}
END_TEST

START_TEST(it_keeps_to_the_limits)
{
	pool_begin(&pool, 5);
	POOL_LOADS(&pool, 5000);
	ck_assert_uint_eq(pool_wanted(&pool), 10);
	POOL_LOADS(&pool, 0);
	ck_assert_uint_eq(pool_wanted(&pool), 1);
}
END_TEST

START_TEST(it_goes_in_whole_increments_to_more_rather_than_less)
{
	pool.set.increment = 3;
	pool_begin(&pool, 1);
	POOL_LOADS(&pool, 160);
	ck_assert_uint_eq(pool_wanted(&pool), 4);
	POOL_LOADS(&pool, 280);
	ck_assert_uint_eq(pool_wanted(&pool), 7);
	pool_begin(&pool, 8);
	POOL_LOADS(&pool, 25);
	ck_assert_uint_eq(pool_wanted(&pool), 5);
	ck_assert_uint_eq(pool_wanted(&pool), 0);
}
END_TEST

START_TEST(when_less_than_an_increment_could_go_nobody_goes)
{
	pool.set.increment = 3;
	pool_begin(&pool, 5);
	POOL_LOADS(&pool, 30);
	ck_assert_uint_eq(pool_wanted(&pool), 0);
	ck_assert_str_eq(pool_held(&pool), "the load calls for 5 members");
}
END_TEST

START_TEST(an_enormous_load_overflows_no_size)
{
	pool.set.max = 0;
	pool_begin(&pool, 1000);
	POOL_LOADS(&pool, 1e300);
	ck_assert_uint_eq(pool_wanted(&pool), 1000000);
}
END_TEST

START_TEST(a_threshold_of_zero_calls_for_everybody)
{
	pool.set.out = 0;
	pool.set.in = NAN;
	pool_begin(&pool, 2);
	POOL_LOADS(&pool, 0);
	ck_assert_uint_eq(pool_wanted(&pool), 0);
	POOL_LOADS(&pool, 1);
	ck_assert_uint_eq(pool_wanted(&pool), 10);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("policies/step");
	TCase *tc = tcase_create("proportional steps");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_pool_grows_straight_to_the_size_that_carries_the_load);
	tcase_add_test(tc, a_pool_shrinks_straight_to_the_size_that_carries_the_load);
	tcase_add_test(tc, a_load_that_fits_exactly_takes_no_server_more);
	tcase_add_test(tc, it_shrinks_by_the_highest_load_of_the_run_and_grows_by_the_latest);
	tcase_add_test(tc, it_keeps_to_the_limits);
	tcase_add_test(tc, it_goes_in_whole_increments_to_more_rather_than_less);
	tcase_add_test(tc, when_less_than_an_increment_could_go_nobody_goes);
	tcase_add_test(tc, an_enormous_load_overflows_no_size);
	tcase_add_test(tc, a_threshold_of_zero_calls_for_everybody);
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
