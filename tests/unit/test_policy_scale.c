/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <math.h>

#include "base/vec.h"
#include "policies/policy.h"

/* One policy with the thresholds of the voice service, out 58 and in 32, on a cluster of 5. */
static struct policies *policies;
static struct policy *policy;
static struct series *gw, *gw1, *gw2;
static char owner[] = "voice__scale";
static struct policy_decisions decisions;
static struct lm_buf text;

static void given_policies(void)
{
	policies = policies_new();
	lm_buf_init(&text, 4096);
}

static void set_scale(struct series *const *series, size_t n, unsigned out, unsigned in)
{
	struct policy_scale set;

	policy_scale_init(&set);
	set.series = series;
	set.n_series = n;
	set.out = 58;
	set.in = 32;
	set.smoothing_out = out;
	set.smoothing_in = in;
	policies_drop(policies, policy);
	policy = policies_add_scale(policies, &set, owner);
	policies_set_size(policies, policy, 5, 0);
	policies_enable(policies, policy, true, 0);
}

static void given_a_policy_on_one_gateway(void)
{
	given_policies();
	gw = policies_add_series(policies, SERIES_LOAD);
	set_scale(&gw, 1, 3, 3);
}

static void given_a_policy_on_two_gateways(void)
{
	given_policies();
	gw1 = policies_add_series(policies, SERIES_LOAD);
	gw2 = policies_add_series(policies, SERIES_LOAD);
	set_scale((struct series *const[]){gw1, gw2}, 2, 2, 2);
}

static void teardown(void)
{
	lm_vec_free(&decisions);
	lm_buf_fini(&text);
	policies_free(policies);
	policy = NULL;
}

/* "scale out: load ... | scale in: ...: from 5 to 6: from 5 to 4" of all decisions since the last call. */
static const char *decided(void)
{
	lm_buf_clear(&text);
	for (size_t i = 0; i < decisions.n; i++) {
		ck_assert_ptr_eq(decisions.v[i].owner, owner);
		lm_buf_printf(&text, "%s%s: %s", i > 0 ? " | " : "",
		    policy_action_text(decisions.v[i].action), decisions.v[i].reason);
	}
	decisions.n = 0;
	return text.p;
}

static const char *explained(void)
{
	lm_buf_clear(&text);
	policies_explain(policies, policy, &text);
	return text.p;
}

static void loads(struct series *series, size_t n, const double *values)
{
	for (size_t i = 0; i < n; i++)
		policies_load(policies, series, values[i], 0, 1000, &decisions);
}

#define LOADS(series, ...) \
	loads(series, sizeof((double[]){__VA_ARGS__}) / sizeof(double), (double[]){__VA_ARGS__})

START_TEST(three_loads_in_a_row_above_the_threshold_scale_out)
{
	LOADS(gw, 107, 107);
	ck_assert_str_eq(decided(), "");
	LOADS(gw, 106);
	ck_assert_str_eq(
	    decided(), "scale out: load 107, 107, 106 above 58 three times: from 5 to 6");
}
END_TEST

START_TEST(three_loads_in_a_row_below_the_threshold_scale_in)
{
	LOADS(gw, 26.5, 0, 31.99);
	ck_assert_str_eq(
	    decided(), "scale in: load 26.5, 0, 31.99 below 32 three times: from 5 to 4");
}
END_TEST

START_TEST(a_load_equal_to_a_threshold_is_no_breach)
{
	LOADS(gw, 58, 58, 58, 58, 32, 32, 32, 32);
	ck_assert_str_eq(decided(), "");
	ck_assert_str_eq(explained(), "load 32 (out > 58: 0/3, in < 32: 0/3)");
}
END_TEST

START_TEST(one_load_within_the_thresholds_resets_the_count)
{
	LOADS(gw, 107, 107, 53, 107, 107, 53, 20, 20, 53, 20, 20);
	ck_assert_str_eq(decided(), "");
}
END_TEST

START_TEST(a_breach_downward_resets_the_count_upward_and_the_other_way_round)
{
	LOADS(gw, 107, 107, 0, 107, 107, 0, 0, 107);
	ck_assert_str_eq(decided(), "");
	ck_assert_str_eq(explained(), "load 107 (out > 58: 1/3, in < 32: 0/3)");
}
END_TEST

START_TEST(after_a_decision_the_count_begins_anew)
{
	LOADS(gw, 107, 107, 107);
	decided();
	LOADS(gw, 107, 107);
	ck_assert_str_eq(decided(), "");
	LOADS(gw, 107);
	ck_assert_str_eq(
	    decided(), "scale out: load 107, 107, 107 above 58 three times: from 5 to 6");
}
END_TEST

START_TEST(loads_are_not_capped_at_100)
{
	LOADS(gw, 213, 1600, 213.333);
	ck_assert_str_eq(
	    decided(), "scale out: load 213, 1600, 213.33 above 58 three times: from 5 to 6");
}
END_TEST

START_TEST(a_negative_load_is_zero)
{
	LOADS(gw, -400, -1, -0.5);
	ck_assert_str_eq(decided(), "scale in: load 0, 0, 0 below 32 three times: from 5 to 4");
}
END_TEST

START_TEST(a_load_that_is_no_finite_number_counts_for_nothing)
{
	LOADS(gw, 107, (double)NAN, 107, (double)INFINITY, -(double)INFINITY);
	ck_assert_str_eq(decided(), "");
	ck_assert_str_eq(explained(), "load 107 (out > 58: 2/3, in < 32: 0/3)");
	LOADS(gw, 107);
	ck_assert_str_eq(
	    decided(), "scale out: load 107, 107, 107 above 58 three times: from 5 to 6");
}
END_TEST

START_TEST(a_load_that_does_not_come_counts_for_nothing)
{
	LOADS(gw, 107, 107);
	ck_assert_int_eq(policies_tick(policies, 1000000, &decisions), INT64_MAX);
	ck_assert_str_eq(explained(), "load 107 (out > 58: 2/3, in < 32: 0/3)");
}
END_TEST

START_TEST(disabling_and_enabling_forgets_counts_and_loads)
{
	LOADS(gw, 107, 107);
	policies_enable(policies, policy, false, 0);
	ck_assert_str_eq(explained(), "not watching (out > 58: 0/3, in < 32: 0/3)");
	policies_enable(policies, policy, true, 0);
	ck_assert_str_eq(explained(), "no load yet (out > 58: 0/3, in < 32: 0/3)");
	LOADS(gw, 107, 107);
	ck_assert_str_eq(decided(), "");
}
END_TEST

START_TEST(enabling_what_is_enabled_keeps_the_counts)
{
	LOADS(gw, 107, 107);
	policies_enable(policies, policy, true, 0);
	ck_assert_str_eq(explained(), "load 107 (out > 58: 2/3, in < 32: 0/3)");
}
END_TEST

START_TEST(a_disabled_policy_sees_nothing)
{
	policies_enable(policies, policy, false, 0);
	LOADS(gw, 107, 107, 107, 107);
	ck_assert_str_eq(decided(), "");
}
END_TEST

START_TEST(each_direction_has_a_smoothing_of_its_own)
{
	set_scale(&gw, 1, 1, 5);
	LOADS(gw, 107, 10, 11, 12, 13);
	ck_assert_str_eq(decided(), "scale out: load 107 above 58: from 5 to 6");
	LOADS(gw, 14);
	ck_assert_str_eq(
	    decided(), "scale in: load ..., 11, 12, 13, 14 below 32 five times: from 5 to 4");
}
END_TEST

START_TEST(the_reason_is_whole_however_many_loads_there_were)
{
	double huge[12];

	for (size_t i = 0; i < 12; i++)
		huge[i] = 1e30 + (double)i;
	set_scale(&gw, 1, 12, 12);
	loads(gw, 12, huge);
	ck_assert_str_eq(decided(),
	    "scale out: load ..., 1e+30, 1e+30, 1e+30, 1e+30 above 58 12 times: from 5 to 6");
}
END_TEST

START_TEST(a_series_named_twice_counts_once)
{
	set_scale((struct series *const[]){gw, gw}, 2, 2, 2);
	LOADS(gw, 107);
	ck_assert_str_eq(decided(), "");
	ck_assert_str_eq(explained(), "load 107 (out > 58: 1/2, in < 32: 0/2)");
}
END_TEST

START_TEST(the_load_is_the_mean_of_the_latest_of_each)
{
	LOADS(gw1, 20, 70);
	LOADS(gw2, 41);
	ck_assert_str_eq(explained(), "mean load 55.5 (out > 58: 0/2, in < 32: 0/2)");
}
END_TEST

START_TEST(a_gateway_that_has_not_spoken_yet_does_not_lower_the_mean)
{
	LOADS(gw2, 80);
	ck_assert_str_eq(explained(), "mean load 80 (out > 58: 1/2, in < 32: 0/2)");
}
END_TEST

START_TEST(one_hot_gateway_among_idle_ones_does_not_scale_out)
{
	LOADS(gw1, 0);
	LOADS(gw2, 90);
	LOADS(gw1, 0);
	LOADS(gw2, 90);
	ck_assert_str_eq(decided(), "");
}
END_TEST

START_TEST(the_reason_says_that_it_speaks_of_a_mean)
{
	LOADS(gw1, 90);
	LOADS(gw2, 80);
	ck_assert_str_eq(decided(), "scale out: mean load 90, 85 above 58 twice: from 5 to 6");
}
END_TEST

START_TEST(a_smoothing_of_zero_is_a_bug_of_the_caller)
{
	set_scale(&gw, 1, 0, 1);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("policies/scale");
	TCase *one = tcase_create("one gateway"), *two = tcase_create("two gateways");

	tcase_add_checked_fixture(one, given_a_policy_on_one_gateway, teardown);
	tcase_add_test(one, three_loads_in_a_row_above_the_threshold_scale_out);
	tcase_add_test(one, three_loads_in_a_row_below_the_threshold_scale_in);
	tcase_add_test(one, a_load_equal_to_a_threshold_is_no_breach);
	tcase_add_test(one, one_load_within_the_thresholds_resets_the_count);
	tcase_add_test(one, a_breach_downward_resets_the_count_upward_and_the_other_way_round);
	tcase_add_test(one, after_a_decision_the_count_begins_anew);
	tcase_add_test(one, loads_are_not_capped_at_100);
	tcase_add_test(one, a_negative_load_is_zero);
	tcase_add_test(one, a_load_that_is_no_finite_number_counts_for_nothing);
	tcase_add_test(one, a_load_that_does_not_come_counts_for_nothing);
	tcase_add_test(one, disabling_and_enabling_forgets_counts_and_loads);
	tcase_add_test(one, enabling_what_is_enabled_keeps_the_counts);
	tcase_add_test(one, a_disabled_policy_sees_nothing);
	tcase_add_test(one, each_direction_has_a_smoothing_of_its_own);
	tcase_add_test(one, the_reason_is_whole_however_many_loads_there_were);
	tcase_add_test(one, a_series_named_twice_counts_once);
	tcase_add_test_raise_signal(one, a_smoothing_of_zero_is_a_bug_of_the_caller, 6);
	suite_add_tcase(s, one);

	tcase_add_checked_fixture(two, given_a_policy_on_two_gateways, teardown);
	tcase_add_test(two, the_load_is_the_mean_of_the_latest_of_each);
	tcase_add_test(two, a_gateway_that_has_not_spoken_yet_does_not_lower_the_mean);
	tcase_add_test(two, one_hot_gateway_among_idle_ones_does_not_scale_out);
	tcase_add_test(two, the_reason_says_that_it_speaks_of_a_mean);
	suite_add_tcase(s, two);
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
