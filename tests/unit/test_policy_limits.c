/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>

#include "tests/lib/pool.h"

static struct pool pool;

static void setup(void)
{
	pool_init(&pool);
}

static void teardown(void)
{
	pool_fini(&pool);
}

START_TEST(a_decision_names_the_size_that_it_wants)
{
	pool_begin(&pool, 2);
	POOL_LOADS(&pool, 90);
	ck_assert_str_eq(pool_decided(&pool), "scale out to 3: load 90 above 58: from 2 to 3");
	POOL_LOADS(&pool, 10);
	ck_assert_str_eq(pool_decided(&pool), "scale in to 1: load 10 below 32: from 2 to 1");
}
END_TEST

START_TEST(an_increment_is_a_step)
{
	pool.set.increment = 3;
	pool_begin(&pool, 4);
	POOL_LOADS(&pool, 90);
	ck_assert_uint_eq(pool_wanted(&pool), 7);
	POOL_LOADS(&pool, 10);
	ck_assert_uint_eq(pool_wanted(&pool), 1);
}
END_TEST

START_TEST(an_increment_beyond_a_limit_leads_to_the_limit)
{
	pool.set.increment = 3;
	pool_begin(&pool, 9);
	POOL_LOADS(&pool, 90);
	ck_assert_uint_eq(pool_wanted(&pool), 10);
	pool_begin(&pool, 2);
	POOL_LOADS(&pool, 10);
	ck_assert_uint_eq(pool_wanted(&pool), 1);
}
END_TEST

START_TEST(at_its_maximum_a_pool_does_not_grow)
{
	pool_begin(&pool, 10);
	POOL_LOADS(&pool, 90, 90);
	ck_assert_str_eq(pool_decided(&pool), "");
	ck_assert_str_eq(pool_held(&pool), "at its maximum of 10");
}
END_TEST

START_TEST(at_its_minimum_a_pool_does_not_shrink)
{
	pool_begin(&pool, 1);
	POOL_LOADS(&pool, 0, 0);
	ck_assert_str_eq(pool_decided(&pool), "");
	ck_assert_str_eq(pool_held(&pool), "at its minimum of 1");
}
END_TEST

START_TEST(beyond_its_maximum_a_pool_does_not_grow_either)
{
	pool_begin(&pool, 12);
	POOL_LOADS(&pool, 90);
	ck_assert_str_eq(pool_held(&pool), "at its maximum of 10");
	ck_assert_uint_eq(pool_wanted(&pool), 0);
}
END_TEST

START_TEST(a_pool_below_its_minimum_is_mended_not_scaled)
{
	pool.set.min = 3;
	pool_begin(&pool, 2);
	POOL_LOADS(&pool, 90, 10);
	ck_assert_str_eq(pool_decided(&pool), "");
	ck_assert_str_eq(pool_held(&pool), "2 in service, below its minimum of 3");
}
END_TEST

START_TEST(a_maximum_of_zero_is_none)
{
	pool.set.max = 0;
	pool_begin(&pool, 5000);
	POOL_LOADS(&pool, 90);
	ck_assert_uint_eq(pool_wanted(&pool), 5001);
}
END_TEST

START_TEST(a_pool_of_nobody_grows_by_an_increment_and_does_not_shrink)
{
	pool.set.min = 0;
	pool.set.increment = 2;
	pool.set.step = STEP_PROPORTIONAL;
	pool_begin(&pool, 0);
	POOL_LOADS(&pool, 10);
	ck_assert_str_eq(pool_held(&pool), "at its minimum of 0");
	POOL_LOADS(&pool, 90);
	ck_assert_uint_eq(pool_wanted(&pool), 2);
}
END_TEST

START_TEST(a_pool_may_shrink_to_nobody_when_there_is_no_load_at_all)
{
	pool.set.min = 0;
	pool_begin(&pool, 1);
	POOL_LOADS(&pool, 1);
	ck_assert_uint_eq(pool_wanted(&pool), 0);
	ck_assert_str_eq(pool_held(&pool), "with 0 members the load would be inf, above 58");
	POOL_LOADS(&pool, 0);
	ck_assert_str_eq(
	    pool_decided(&pool), "scale in to 0: load 1, 0 below 32 twice: from 1 to 0");
}
END_TEST

START_TEST(an_enormous_increment_overflows_nothing)
{
	pool.set.increment = 4000000000;
	pool.set.max = 0;
	pool_begin(&pool, 4000000000);
	POOL_LOADS(&pool, 90);
	ck_assert_str_eq(pool_held(&pool), "at its maximum of 1000000");
	pool_begin(&pool, 7);
	POOL_LOADS(&pool, 90);
	ck_assert_uint_eq(pool_wanted(&pool), 1000000);
}
END_TEST

START_TEST(loads_of_another_size_say_nothing)
{
	pool.set.smoothing_out = 3;
	pool_begin(&pool, 2);
	POOL_LOADS(&pool, 90, 90);
	policies_set_size(pool.policies, pool.policy, 3, pool.now_ms);
	POOL_LOADS(&pool, 90);
	ck_assert_str_eq(pool_held(&pool), "1 of 3 samples above 58");
	ck_assert_uint_eq(pool_wanted(&pool), 0);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("policies/limits");
	TCase *tc = tcase_create("increments and limits");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_decision_names_the_size_that_it_wants);
	tcase_add_test(tc, an_increment_is_a_step);
	tcase_add_test(tc, an_increment_beyond_a_limit_leads_to_the_limit);
	tcase_add_test(tc, at_its_maximum_a_pool_does_not_grow);
	tcase_add_test(tc, at_its_minimum_a_pool_does_not_shrink);
	tcase_add_test(tc, beyond_its_maximum_a_pool_does_not_grow_either);
	tcase_add_test(tc, a_pool_below_its_minimum_is_mended_not_scaled);
	tcase_add_test(tc, a_maximum_of_zero_is_none);
	tcase_add_test(tc, a_pool_of_nobody_grows_by_an_increment_and_does_not_shrink);
	tcase_add_test(tc, a_pool_may_shrink_to_nobody_when_there_is_no_load_at_all);
	tcase_add_test(tc, an_enormous_increment_overflows_nothing);
	tcase_add_test(tc, loads_of_another_size_say_nothing);
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
