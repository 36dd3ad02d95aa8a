/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>

#include "policies/policy.h"

/* Five heals in two minutes, from the second 1000. */
static struct policies *policies;
static struct series *series;
static struct policy *policy;
static struct policy_heal set;

static void setup(void)
{
	policies = policies_new();
	series = policies_add_series(policies, SERIES_INTEGRITY);
	set = (struct policy_heal){
	    .series = series, .smoothing = 1, .maximum_heals = 5, .heal_window_ms = 120000};
	policy = policies_add_heal(policies, &set, NULL);
}

static void teardown(void)
{
	policies_free(policies);
}

static bool heal_at(int64_t s)
{
	return policies_count_heal(policies, policy, s * 1000);
}

static void given_five_heals(void)
{
	for (int64_t i = 0; i < 5; i++)
		ck_assert(heal_at(1000 + 10 * i));
}

START_TEST(a_sixth_heal_within_the_window_must_not_begin)
{
	given_five_heals();
	ck_assert(!heal_at(1050));
	ck_assert(!heal_at(1119));
}
END_TEST

START_TEST(one_is_free_again_when_the_oldest_leaves_the_window)
{
	given_five_heals();
	ck_assert(heal_at(1120));
	ck_assert(!heal_at(1129));
	ck_assert(heal_at(1130));
}
END_TEST

START_TEST(a_heal_that_must_not_begin_is_not_counted)
{
	given_five_heals();
	for (int64_t s = 1050; s < 1120; s++)
		ck_assert(!heal_at(s));
	ck_assert(heal_at(1120));
}
END_TEST

START_TEST(they_are_forgotten_when_somebody_has_looked_after_the_component)
{
	given_five_heals();
	policies_forget_heals(policies, policy);
	given_five_heals();
	ck_assert(!heal_at(1050));
}
END_TEST

START_TEST(a_maximum_of_zero_is_none)
{
	set.maximum_heals = 0;
	policies_change_heal(policies, policy, &set);
	for (int64_t i = 0; i < 1000; i++)
		ck_assert(heal_at(1000));
}
END_TEST

START_TEST(they_outlast_a_change_of_the_policy)
{
	given_five_heals();
	set.maximum_heals = 6;
	policies_change_heal(policies, policy, &set);
	ck_assert(heal_at(1050));
	ck_assert(!heal_at(1051));
	set.maximum_heals = 2;
	policies_change_heal(policies, policy, &set);
	ck_assert(!heal_at(1129));
}
END_TEST

START_TEST(they_outlast_that_the_policy_does_not_see)
{
	policies_enable(policies, policy, true, 1000000);
	given_five_heals();
	policies_enable(policies, policy, false, 1050000);
	policies_enable(policies, policy, true, 1060000);
	ck_assert(!heal_at(1060));
}
END_TEST

START_TEST(an_enormous_budget_is_room_for_what_was_spent)
{
	set.maximum_heals = 4000000000;
	policies_change_heal(policies, policy, &set);
	for (int64_t i = 0; i < 1000; i++)
		ck_assert(heal_at(1000));
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("policies/budget");
	TCase *tc = tcase_create("five heals in two minutes");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_sixth_heal_within_the_window_must_not_begin);
	tcase_add_test(tc, one_is_free_again_when_the_oldest_leaves_the_window);
	tcase_add_test(tc, a_heal_that_must_not_begin_is_not_counted);
	tcase_add_test(tc, they_are_forgotten_when_somebody_has_looked_after_the_component);
	tcase_add_test(tc, a_maximum_of_zero_is_none);
	tcase_add_test(tc, they_outlast_a_change_of_the_policy);
	tcase_add_test(tc, they_outlast_that_the_policy_does_not_see);
	tcase_add_test(tc, an_enormous_budget_is_room_for_what_was_spent);
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
