/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>

#include "lm/server/auth/limiter.h"

static struct limiter *limiter;

static void setup(void)
{
	limiter = limiter_new();
}

static void teardown(void)
{
	limiter_free(limiter);
}

/* Failures one after another, each as soon as it may be: how many there are until 'end_ms'. */
static unsigned failures_until(const char *address, const char *name, int64_t end_ms)
{
	unsigned n = 0;

	for (int64_t now = 1000; now < end_ms;) {
		int64_t wait = limiter_wait_ms(limiter, address, name, now);

		if (wait == 0) {
			limiter_failed(limiter, address, name, now);
			n++;
		}
		now += wait == 0 ? 1 : wait;
	}
	return n;
}

START_TEST(a_few_mistakes_cost_nothing)
{
	for (int i = 0; i < 4; i++)
		limiter_failed(limiter, "10.0.0.1", "jack", 1000 + i);
	ck_assert_int_eq(limiter_wait_ms(limiter, "10.0.0.1", "jack", 1010), 0);
}
END_TEST

START_TEST(from_the_fifth_on_pauses_grow)
{
	int64_t before = 0, now = 1000;

	for (int i = 0; i < 5; i++)
		limiter_failed(limiter, "10.0.0.1", "jack", now);
	for (int i = 0; i < 6; i++) {
		int64_t wait = limiter_wait_ms(limiter, "10.0.0.1", "jack", now);

		ck_assert_int_ge(wait, before);
		before = wait;
		now += wait;
		ck_assert_int_eq(limiter_wait_ms(limiter, "10.0.0.1", "jack", now), 0);
		limiter_failed(limiter, "10.0.0.1", "jack", now);
	}
	ck_assert_int_gt(before, 10000);
}
END_TEST

START_TEST(a_day_of_guessing_from_one_address_is_a_few_thousand_passwords)
{
	ck_assert_uint_le(failures_until("10.0.0.1", "jack", 86400000), 3000);
}
END_TEST

START_TEST(an_address_that_tries_many_names_is_slowed_down_too)
{
	char name[32];
	int64_t now = 1000;

	for (int i = 0; i < 20; i++) {
		snprintf(name, sizeof name, "n%d", i);
		ck_assert_int_eq(limiter_wait_ms(limiter, "10.0.0.1", name, now), 0);
		limiter_failed(limiter, "10.0.0.1", name, now);
	}
	ck_assert_int_gt(limiter_wait_ms(limiter, "10.0.0.1", "another", now), 0);
	ck_assert_int_eq(limiter_wait_ms(limiter, "10.0.0.2", "another", now), 0);
}
END_TEST

START_TEST(the_addresses_of_an_ipv6_network_are_one)
{
	char address[64];

	for (int i = 1; i <= 20; i++) {
		snprintf(address, sizeof address, "2001:db8:0:7:%x::1", i);
		limiter_failed(limiter, address, "jack", 1000);
	}
	ck_assert_int_gt(limiter_wait_ms(limiter, "2001:db8:0:7:ffff::1", "jill", 1000), 0);
	ck_assert_int_eq(limiter_wait_ms(limiter, "2001:db8:0:8::1", "jill", 1000), 0);
}
END_TEST

START_TEST(a_name_that_many_addresses_guess_at_is_not_shut_out)
{
	char address[64];

	for (int i = 0; i < 1000; i++) {
		snprintf(address, sizeof address, "10.1.%d.%d", i / 250, i % 250);
		limiter_failed(limiter, address, "jack", 1000);
	}
	int64_t wait = limiter_wait_ms(limiter, "10.0.0.1", "jack", 1000);
	ck_assert_int_gt(wait, 0);
	ck_assert_int_le(wait, 1000);
}
END_TEST

START_TEST(who_gets_it_right_begins_anew)
{
	for (int i = 0; i < 6; i++)
		limiter_failed(limiter, "10.0.0.1", "jack", 1000);
	limiter_passed(limiter, "10.0.0.1", "jack", 5000);
	ck_assert_int_eq(limiter_wait_ms(limiter, "10.0.0.1", "jack", 5000), 0);
	for (int i = 0; i < 4; i++)
		limiter_failed(limiter, "10.0.0.1", "jack", 5000);
	ck_assert_int_eq(limiter_wait_ms(limiter, "10.0.0.1", "jack", 5000), 0);
}
END_TEST

START_TEST(time_heals)
{
	for (int i = 0; i < 8; i++)
		limiter_failed(limiter, "10.0.0.1", "jack", 1000);
	ck_assert_int_eq(limiter_wait_ms(limiter, "10.0.0.1", "jack", 600000), 0);
	limiter_failed(limiter, "10.0.0.1", "jack", 600000);
	ck_assert_int_eq(limiter_wait_ms(limiter, "10.0.0.1", "jack", 600000), 0);
}
END_TEST

START_TEST(ever_new_names_do_not_make_it_forget_an_address)
{
	char name[32], address[32];

	for (int i = 0; i < 30; i++)
		limiter_failed(limiter, "10.0.0.1", "jack", 1000);
	for (int i = 0; i < 100000; i++) {
		snprintf(name, sizeof name, "name-%d", i);
		snprintf(address, sizeof address, "10.2.%d.%d", i / 250 % 4, i % 250);
		limiter_failed(limiter, address, name, 1000);
	}
	ck_assert_int_gt(limiter_wait_ms(limiter, "10.0.0.1", "jill", 1000), 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lm/server/auth/limiter");
	TCase *tc = tcase_create("who guesses passwords is slowed down");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_few_mistakes_cost_nothing);
	tcase_add_test(tc, from_the_fifth_on_pauses_grow);
	tcase_add_test(tc, a_day_of_guessing_from_one_address_is_a_few_thousand_passwords);
	tcase_add_test(tc, an_address_that_tries_many_names_is_slowed_down_too);
	tcase_add_test(tc, the_addresses_of_an_ipv6_network_are_one);
	tcase_add_test(tc, a_name_that_many_addresses_guess_at_is_not_shut_out);
	tcase_add_test(tc, who_gets_it_right_begins_anew);
	tcase_add_test(tc, time_heals);
	tcase_add_test(tc, ever_new_names_do_not_make_it_forget_an_address);
	suite_add_tcase(s, tc);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
