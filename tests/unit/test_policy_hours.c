/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>

#include "base/time.h"
#include "tests/lib/pool.h"

static struct pool pool;
static struct lm_hours schedule;

static void setup(void)
{
	pool_init(&pool);
	ck_assert(lm_hours_parse("Mon-Fri 18:00-20:00 = 4", &schedule, NULL));
	pool.set.schedule = &schedule;
}

static void teardown(void)
{
	pool_fini(&pool);
}

static const char *reads(int64_t ms)
{
	static char text[LM_TIME_SIZE];

	lm_time_text(ms, text);
	return text;
}

START_TEST(when_its_hours_begin_the_pool_gets_the_size_that_they_want)
{
	pool_begin(&pool, 1);
	ck_assert_str_eq(reads(policies_next(pool.policies)), "2026-11-16T18:00:00.000Z");
	pool_pass(&pool, 6 * 3600 - 1);
	ck_assert_str_eq(pool_decided(&pool), "");
	pool_pass(&pool, 1);
	ck_assert_str_eq(
	    pool_decided(&pool), "scale out to 4: Mon-Fri 18:00-20:00 wants 4: from 1 to 4");
}
END_TEST

START_TEST(within_its_hours_the_load_cannot_make_it_smaller)
{
	pool.now_ms += 7 * 3600000;
	pool_begin(&pool, 5);
	POOL_LOADS(&pool, 1);
	ck_assert_uint_eq(pool_wanted(&pool), 4);
	pool_scale(&pool, 4, 1);
	POOL_LOADS(&pool, 1);
	ck_assert_uint_eq(pool_wanted(&pool), 0);
	ck_assert_str_eq(pool_held(&pool), "Mon-Fri 18:00-20:00 wants 4");
}
END_TEST

START_TEST(within_its_hours_the_load_can_make_it_larger)
{
	pool.now_ms += 7 * 3600000;
	pool_begin(&pool, 4);
	POOL_LOADS(&pool, 90);
	ck_assert_uint_eq(pool_wanted(&pool), 5);
}
END_TEST

START_TEST(after_its_hours_the_load_decides)
{
	pool.now_ms += 7 * 3600000;
	pool_begin(&pool, 4);
	pool_pass(&pool, 3600);
	ck_assert_uint_eq(pool_wanted(&pool), 0);
	POOL_LOADS(&pool, 1);
	ck_assert_uint_eq(pool_wanted(&pool), 3);
}
END_TEST

START_TEST(a_policy_that_begins_to_see_within_its_hours_asks_at_once)
{
	pool.now_ms += 7 * 3600000;
	pool_begin(&pool, 2);
	ck_assert_uint_eq(pool_wanted(&pool), 4);
}
END_TEST

START_TEST(what_is_not_granted_is_asked_for_again_every_minute)
{
	pool.now_ms += 7 * 3600000;
	pool_begin(&pool, 2);
	ck_assert_uint_eq(pool_wanted(&pool), 4);
	pool_pass(&pool, 59);
	ck_assert_uint_eq(pool_wanted(&pool), 0);
	pool_pass(&pool, 1);
	ck_assert_uint_eq(pool_wanted(&pool), 4);
}
END_TEST

START_TEST(a_cooldown_does_not_hold_it)
{
	pool.set.cooldown_out_ms = pool.set.cooldown_in_ms = 86400000;
	pool.now_ms += 6 * 3600000 - 60000;
	pool_begin(&pool, 1);
	POOL_LOADS(&pool, 90);
	pool_scale(&pool, pool_wanted(&pool), 1);
	pool_pass(&pool, 60);
	ck_assert_uint_eq(pool_wanted(&pool), 4);
}
END_TEST

START_TEST(the_maximum_holds_it)
{
	pool.set.max = 3;
	pool.now_ms += 7 * 3600000;
	pool_begin(&pool, 3);
	ck_assert_uint_eq(pool_wanted(&pool), 0);
	pool_begin(&pool, 1);
	ck_assert_uint_eq(pool_wanted(&pool), 3);
}
END_TEST

START_TEST(a_disabled_policy_is_not_woken)
{
	pool_begin(&pool, 1);
	policies_enable(pool.policies, pool.policy, false, pool.now_ms);
	ck_assert_int_eq(policies_next(pool.policies), INT64_MAX);
	pool_pass(&pool, 7 * 3600);
	ck_assert_uint_eq(pool_wanted(&pool), 0);
}
END_TEST

START_TEST(a_schedule_may_be_taken_away)
{
	pool_begin(&pool, 1);
	pool.set.schedule = NULL;
	policies_change_scale(pool.policies, pool.policy, &pool.set);
	policies_enable(pool.policies, pool.policy, true, pool.now_ms);
	ck_assert_int_eq(policies_next(pool.policies), INT64_MAX);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("policies/hours");
	TCase *tc = tcase_create("busy hours from 18:00 to 20:00");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, when_its_hours_begin_the_pool_gets_the_size_that_they_want);
	tcase_add_test(tc, within_its_hours_the_load_cannot_make_it_smaller);
	tcase_add_test(tc, within_its_hours_the_load_can_make_it_larger);
	tcase_add_test(tc, after_its_hours_the_load_decides);
	tcase_add_test(tc, a_policy_that_begins_to_see_within_its_hours_asks_at_once);
	tcase_add_test(tc, what_is_not_granted_is_asked_for_again_every_minute);
	tcase_add_test(tc, a_cooldown_does_not_hold_it);
	tcase_add_test(tc, the_maximum_holds_it);
	tcase_add_test(tc, a_disabled_policy_is_not_woken);
	tcase_add_test(tc, a_schedule_may_be_taken_away);
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
