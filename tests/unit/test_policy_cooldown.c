/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>

#include "tests/lib/pool.h"

static struct pool pool;

static void setup(void)
{
	pool_init(&pool);
	pool.set.cooldown_out_ms = 60000;
	pool.set.cooldown_in_ms = 30000;
}

static void teardown(void)
{
	pool_fini(&pool);
}

START_TEST(after_a_scaling_nothing_is_done_until_it_has_cooled_down)
{
	pool_begin(&pool, 1);
	POOL_LOADS(&pool, 90);
	pool_scale(&pool, pool_wanted(&pool), 0);
	POOL_LOADS(&pool, 90, 90);
	ck_assert_str_eq(pool_decided(&pool), "");
	ck_assert_str_eq(pool_held(&pool), "cool-down, 50 s left");
	pool_pass(&pool, 44);
	POOL_LOADS(&pool, 90);
	ck_assert_str_eq(pool_held(&pool), "cool-down, 1 s left");
	POOL_LOADS(&pool, 90);
	ck_assert_uint_eq(pool_wanted(&pool), 3);
}
END_TEST

START_TEST(it_begins_when_the_scaling_has_ended)
{
	pool_begin(&pool, 1);
	POOL_LOADS(&pool, 90);
	pool_scale(&pool, pool_wanted(&pool), 300);
	POOL_LOADS(&pool, 90);
	ck_assert_str_eq(pool_held(&pool), "cool-down, 55 s left");
}
END_TEST

START_TEST(it_holds_the_other_direction_as_well)
{
	pool_begin(&pool, 3);
	POOL_LOADS(&pool, 90);
	pool_scale(&pool, pool_wanted(&pool), 0);
	POOL_LOADS(&pool, 10);
	ck_assert_str_eq(pool_held(&pool), "cool-down, 25 s left");
	pool_pass(&pool, 25);
	POOL_LOADS(&pool, 10);
	ck_assert_uint_eq(pool_wanted(&pool), 3);
}
END_TEST

START_TEST(a_decision_that_nobody_carried_out_begins_none)
{
	pool_begin(&pool, 1);
	POOL_LOADS(&pool, 90);
	ck_assert_uint_eq(pool_wanted(&pool), 2);
	POOL_LOADS(&pool, 90);
	ck_assert_uint_eq(pool_wanted(&pool), 2);
}
END_TEST

START_TEST(a_scaling_by_others_begins_none)
{
	pool_begin(&pool, 1);
	pool_scale(&pool, 2, 10);
	POOL_LOADS(&pool, 90);
	ck_assert_uint_eq(pool_wanted(&pool), 3);
}
END_TEST

START_TEST(a_run_goes_on_while_it_cools_down)
{
	pool.set.smoothing_out = 3;
	pool_begin(&pool, 1);
	POOL_LOADS(&pool, 90, 90, 90);
	pool_scale(&pool, pool_wanted(&pool), 0);
	pool_pass(&pool, 46);
	POOL_LOADS(&pool, 90, 90, 90);
	ck_assert_str_eq(pool_decided(&pool),
	    "scale out to 3: load 90, 90, 90 above 58 three times: from 2 to 3");
}
END_TEST

START_TEST(a_change_of_the_policy_does_not_end_it)
{
	pool_begin(&pool, 1);
	POOL_LOADS(&pool, 90);
	pool_scale(&pool, pool_wanted(&pool), 0);
	pool.set.out = 50;
	policies_change_scale(pool.policies, pool.policy, &pool.set);
	policies_enable(pool.policies, pool.policy, true, pool.now_ms);
	POOL_LOADS(&pool, 90);
	ck_assert_str_eq(pool_held(&pool), "cool-down, 55 s left");
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("policies/cooldown");
	TCase *tc = tcase_create("cool-downs of a minute");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, after_a_scaling_nothing_is_done_until_it_has_cooled_down);
	tcase_add_test(tc, it_begins_when_the_scaling_has_ended);
	tcase_add_test(tc, it_holds_the_other_direction_as_well);
	tcase_add_test(tc, a_decision_that_nobody_carried_out_begins_none);
	tcase_add_test(tc, a_scaling_by_others_begins_none);
	tcase_add_test(tc, a_run_goes_on_while_it_cools_down);
	tcase_add_test(tc, a_change_of_the_policy_does_not_end_it);
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
