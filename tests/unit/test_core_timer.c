/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>

#include "lm/core/timer.h"

enum { MANY = 1000 };

static struct timers timers;
static struct timer all[MANY];

static void given_timers(void)
{
	timers = (struct timers){0};
	for (size_t i = 0; i < MANY; i++)
		all[i] = (struct timer){0};
}

static void done(void)
{
	timers_fini(&timers);
}

START_TEST(what_is_due_first_is_first)
{
	timer_set(&timers, &all[0], 30);
	timer_set(&timers, &all[1], 10);
	timer_set(&timers, &all[2], 20);
	ck_assert_ptr_eq(timers_first(&timers), &all[1]);
}
END_TEST

START_TEST(at_the_same_time_the_first_set_is_first)
{
	timer_set(&timers, &all[1], 10);
	timer_set(&timers, &all[0], 10);
	ck_assert_ptr_eq(timers_first(&timers), &all[1]);
}
END_TEST

START_TEST(setting_again_moves)
{
	timer_set(&timers, &all[0], 10);
	timer_set(&timers, &all[1], 20);
	timer_set(&timers, &all[0], 30);
	ck_assert_ptr_eq(timers_first(&timers), &all[1]);
	ck_assert_uint_eq(timers.n, 2);
}
END_TEST

START_TEST(a_stopped_one_is_gone_and_may_be_stopped_again)
{
	timer_set(&timers, &all[0], 10);
	timer_stop(&timers, &all[0]);
	timer_stop(&timers, &all[0]);
	ck_assert_ptr_null(timers_first(&timers));
}
END_TEST

START_TEST(many_that_are_set_moved_and_stopped_still_come_in_order)
{
	size_t left = 0;
	int64_t last = 0;

	for (size_t i = 0; i < MANY; i++)
		timer_set(&timers, &all[i], (int64_t)(i * 7919 % 1009));
	for (size_t i = 0; i < MANY; i += 3)
		timer_set(&timers, &all[i], (int64_t)(i * 104729 % 997));
	for (size_t i = 0; i < MANY; i += 5)
		timer_stop(&timers, &all[i]);
	for (struct timer *x; (x = timers_first(&timers)) != NULL; left++) {
		ck_assert_int_ge(x->at_ms, last);
		last = x->at_ms;
		timer_stop(&timers, x);
	}
	ck_assert_uint_eq(left, MANY - MANY / 5);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("core timer");
	TCase *tc = tcase_create("timers");

	tcase_add_checked_fixture(tc, given_timers, done);
	tcase_add_test(tc, what_is_due_first_is_first);
	tcase_add_test(tc, at_the_same_time_the_first_set_is_first);
	tcase_add_test(tc, setting_again_moves);
	tcase_add_test(tc, a_stopped_one_is_gone_and_may_be_stopped_again);
	tcase_add_test(tc, many_that_are_set_moved_and_stopped_still_come_in_order);
	suite_add_tcase(s, tc);
	return s;
}

int main(void)
{
	SRunner *r = srunner_create(suite());

	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
