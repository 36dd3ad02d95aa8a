/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <math.h>

#include "base/vec.h"
#include "policies/policy.h"

/* One gateway and one server whose samples carry the time at which they were measured. */
static struct policies *policies;
static struct series *load, *integrity;
static struct policy *scale, *heal;
static struct policy_decisions decisions;

enum { NOW = 1000000 };

static void setup(void)
{
	struct policy_scale set;

	policies = policies_new();
	load = policies_add_series(policies, SERIES_LOAD);
	integrity = policies_add_series(policies, SERIES_INTEGRITY);
	policy_scale_init(&set);
	set.series = &load;
	set.n_series = 1;
	set.out = 58;
	set.smoothing_out = 3;
	scale = policies_add_scale(policies, &set, NULL);
	heal = policies_add_heal(
	    policies, &(struct policy_heal){.series = integrity, .smoothing = 3}, NULL);
	policies_set_size(policies, scale, 1, 0);
	policies_enable(policies, scale, true, 0);
	policies_enable(policies, heal, true, 0);
}

static void teardown(void)
{
	lm_vec_free(&decisions);
	policies_free(policies);
}

static enum sample_fate overload_at(int64_t at_ms)
{
	return policies_load(policies, load, 99, at_ms, NOW, &decisions);
}

static enum sample_fate broken_at(int64_t at_ms)
{
	return policies_integrity(policies, integrity, false, at_ms, NOW, &decisions);
}

START_TEST(samples_in_order_count)
{
	for (int64_t at = NOW - 2; at <= NOW; at++) {
		ck_assert_int_eq(overload_at(at), SAMPLE_TAKEN);
		ck_assert_int_eq(broken_at(at), SAMPLE_TAKEN);
	}
	ck_assert_uint_eq(decisions.n, 2);
}
END_TEST

START_TEST(a_sample_that_comes_twice_counts_once)
{
	for (size_t i = 0; i < 5; i++) {
		ck_assert_int_eq(overload_at(NOW), i == 0 ? SAMPLE_TAKEN : SAMPLE_DUPLICATE);
		ck_assert_int_eq(broken_at(NOW), i == 0 ? SAMPLE_TAKEN : SAMPLE_DUPLICATE);
	}
	ck_assert_uint_eq(decisions.n, 0);
}
END_TEST

START_TEST(a_sample_that_was_overtaken_does_not_count)
{
	overload_at(NOW);
	broken_at(NOW);
	for (int64_t at = NOW - 5; at < NOW; at++) {
		ck_assert_int_eq(overload_at(at), SAMPLE_LATE);
		ck_assert_int_eq(broken_at(at), SAMPLE_LATE);
	}
	ck_assert_uint_eq(decisions.n, 0);
}
END_TEST

START_TEST(a_sample_of_more_than_a_minute_ago_does_not_count)
{
	ck_assert_int_eq(overload_at(NOW - 60001), SAMPLE_STALE);
	ck_assert_int_eq(broken_at(NOW - 60001), SAMPLE_STALE);
	ck_assert_int_eq(overload_at(NOW - 60000), SAMPLE_TAKEN);
	ck_assert_int_eq(broken_at(NOW - 60000), SAMPLE_TAKEN);
}
END_TEST

START_TEST(a_sample_of_more_than_five_seconds_ahead_does_not_count)
{
	ck_assert_int_eq(overload_at(NOW + 5001), SAMPLE_FUTURE);
	ck_assert_int_eq(broken_at(NOW + 5001), SAMPLE_FUTURE);
	ck_assert_int_eq(overload_at(NOW + 5000), SAMPLE_TAKEN);
	ck_assert_int_eq(overload_at(NOW), SAMPLE_LATE);
}
END_TEST

START_TEST(a_sample_that_does_not_count_does_not_make_others_late)
{
	overload_at(INT64_MAX);
	broken_at(INT64_MAX);
	ck_assert_int_eq(overload_at(NOW), SAMPLE_TAKEN);
	ck_assert_int_eq(broken_at(NOW), SAMPLE_TAKEN);
	ck_assert_int_eq(overload_at(INT64_MIN), SAMPLE_STALE);
	ck_assert_int_eq(broken_at(INT64_MIN), SAMPLE_STALE);
}
END_TEST

START_TEST(samples_without_a_time_are_of_now_and_all_count)
{
	overload_at(NOW + 3000);
	broken_at(NOW + 3000);
	for (size_t i = 0; i < 2; i++) {
		ck_assert_int_eq(overload_at(0), SAMPLE_TAKEN);
		ck_assert_int_eq(broken_at(0), SAMPLE_TAKEN);
	}
	ck_assert_uint_eq(decisions.n, 2);
}
END_TEST

START_TEST(each_series_has_a_time_of_its_own)
{
	overload_at(NOW);
	ck_assert_int_eq(broken_at(NOW - 1000), SAMPLE_TAKEN);
}
END_TEST

START_TEST(what_is_no_finite_number_does_not_count_and_makes_nothing_late)
{
	static const double values[] = {NAN, INFINITY, -INFINITY};

	for (size_t i = 0; i < LM_COUNT(values); i++)
		ck_assert_int_eq(policies_load(policies, load, values[i], NOW, NOW, &decisions),
		    SAMPLE_NOT_A_NUMBER);
	ck_assert_int_eq(overload_at(NOW), SAMPLE_TAKEN);
}
END_TEST

START_TEST(a_policy_that_does_not_see_still_has_its_series_in_order)
{
	policies_enable(policies, scale, false, 0);
	overload_at(NOW);
	policies_enable(policies, scale, true, NOW);
	ck_assert_int_eq(overload_at(NOW), SAMPLE_DUPLICATE);
}
END_TEST

START_TEST(every_fate_has_a_word)
{
	for (int i = 0; i < SAMPLE_FATES; i++)
		ck_assert_ptr_nonnull(sample_fate_text((enum sample_fate)i));
	ck_assert_str_eq(sample_fate_text(SAMPLE_FUTURE), "from the future");
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("policies/samples");
	TCase *tc = tcase_create("times of samples");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, samples_in_order_count);
	tcase_add_test(tc, a_sample_that_comes_twice_counts_once);
	tcase_add_test(tc, a_sample_that_was_overtaken_does_not_count);
	tcase_add_test(tc, a_sample_of_more_than_a_minute_ago_does_not_count);
	tcase_add_test(tc, a_sample_of_more_than_five_seconds_ahead_does_not_count);
	tcase_add_test(tc, a_sample_that_does_not_count_does_not_make_others_late);
	tcase_add_test(tc, samples_without_a_time_are_of_now_and_all_count);
	tcase_add_test(tc, each_series_has_a_time_of_its_own);
	tcase_add_test(tc, what_is_no_finite_number_does_not_count_and_makes_nothing_late);
	tcase_add_test(tc, a_policy_that_does_not_see_still_has_its_series_in_order);
	tcase_add_test(tc, every_fate_has_a_word);
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
