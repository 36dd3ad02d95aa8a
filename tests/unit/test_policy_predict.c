/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>

#include "tests/lib/pool.h"

static struct pool pool;

static void setup(void)
{
	pool_init(&pool);
	pool.set.predict_ahead_ms = 30000;
	pool.set.smoothing_in = 100;
}

static void teardown(void)
{
	pool_fini(&pool);
}

START_TEST(a_load_that_will_breach_is_a_breach)
{
	pool_begin(&pool, 1);
	POOL_LOADS(&pool, 20, 24, 28, 32);
	ck_assert_str_eq(pool_decided(&pool), "");
	POOL_LOADS(&pool, 36); /* 0.8 a second */
	ck_assert_str_eq(pool_decided(&pool),
	    "scale out to 2: load 36 on its way to 60 in 30 s, above 58: from 1 to 2");
}
END_TEST

START_TEST(it_counts_for_smoothing_like_any_other)
{
	pool.set.smoothing_out = 3;
	pool_begin(&pool, 1);
	POOL_LOADS(&pool, 20, 24, 28, 32, 36, 40);
	ck_assert_str_eq(pool_held(&pool), "2 of 3 samples above 58");
	POOL_LOADS(&pool, 44);
	ck_assert_str_eq(pool_decided(&pool), "scale out to 2: load 36, 40, 44 on its way to 68 in "
					      "30 s, above 58 three times: from 1 to 2");
}
END_TEST

START_TEST(a_falling_load_never_scales_in_before_its_time)
{
	pool_begin(&pool, 5);
	POOL_LOADS(&pool, 57, 53, 49, 45, 41, 37, 33);
	ck_assert_str_eq(pool_decided(&pool), "");
}
END_TEST

START_TEST(noise_around_a_level_is_no_slope)
{
	pool_begin(&pool, 1);
	for (unsigned i = 0; i < 100; i++)
		POOL_LOADS(&pool, 50, 46, 52, 47, 51);
	ck_assert_str_eq(pool_decided(&pool), "");
}
END_TEST

START_TEST(two_neighbours_are_no_slope)
{
	pool_begin(&pool, 1);
	POOL_LOADS(&pool, 10, 40);
	ck_assert_str_eq(pool_decided(&pool), "");
}
END_TEST

START_TEST(only_the_window_counts)
{
	pool.set.smoothing_out = 100;
	pool.set.predict_window_ms = 20000;
	pool_begin(&pool, 1);
	POOL_LOADS(&pool, 16, 22, 28, 34, 40);
	ck_assert_str_eq(pool_held(&pool), "2 of 100 samples above 58");
	POOL_LOADS(&pool, 40, 40, 40, 40, 40);
	ck_assert_str_eq(pool_held(&pool), "the load is not above 58 nor below 32");
	pool.set.predict_window_ms = 60000;
	pool_begin(&pool, 1);
	POOL_LOADS(&pool, 16, 22, 28, 34, 40, 40, 40, 40, 40, 40);
	ck_assert_str_eq(pool_held(&pool), "3 of 100 samples above 58");
}
END_TEST

START_TEST(a_proportional_step_goes_to_the_size_for_the_load_that_comes)
{
	pool.set.step = STEP_PROPORTIONAL;
	pool_begin(&pool, 2);
	POOL_LOADS(&pool, 20, 28, 36, 44, 52);
	ck_assert_str_eq(pool_decided(&pool), "scale out to 4: load 52 on its way to 100 in 30 s, "
					      "above 58: from 2 to 4, for a load of 50");
}
END_TEST

START_TEST(the_loads_before_a_scaling_make_no_slope)
{
	pool_begin(&pool, 1);
	POOL_LOADS(&pool, 20, 24, 28, 32, 36);
	pool_scale(&pool, pool_wanted(&pool), 1);
	POOL_LOADS(&pool, 20, 36);
	ck_assert_str_eq(pool_decided(&pool), "");
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("policies/predict");
	TCase *tc = tcase_create("thirty seconds ahead");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_load_that_will_breach_is_a_breach);
	tcase_add_test(tc, it_counts_for_smoothing_like_any_other);
	tcase_add_test(tc, a_falling_load_never_scales_in_before_its_time);
	tcase_add_test(tc, noise_around_a_level_is_no_slope);
	tcase_add_test(tc, two_neighbours_are_no_slope);
	tcase_add_test(tc, only_the_window_counts);
	tcase_add_test(tc, a_proportional_step_goes_to_the_size_for_the_load_that_comes);
	tcase_add_test(tc, the_loads_before_a_scaling_make_no_slope);
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
