/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>

#include "base/vec.h"
#include "policies/policy.h"

/* A server that reports every 10 s, healed after three breaches, enabled at the time 100 s. */
static char owner[] = "voice__asterisk__heal";
static struct policies *policies;
static struct policy *policy;
static struct series *series;
static struct policy_decisions decisions;
static struct lm_buf text;

static void set_heal(int64_t period_ms, unsigned smoothing)
{
	policies_drop(policies, policy);
	policy = policies_add_heal(policies,
	    &(struct policy_heal){.series = series, .smoothing = smoothing, .period_ms = period_ms},
	    owner);
	policies_enable(policies, policy, true, 100000);
}

static void given_a_server_that_reports_every_10_s(void)
{
	policies = policies_new();
	lm_buf_init(&text, 4096);
	series = policies_add_series(policies, SERIES_INTEGRITY);
	set_heal(10000, 3);
}

static void teardown(void)
{
	lm_vec_free(&decisions);
	lm_buf_fini(&text);
	policies_free(policies);
	policy = NULL;
}

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

static void ok_at(int64_t s)
{
	policies_integrity(policies, series, true, 0, s * 1000, &decisions);
}

static void broken_at(int64_t s)
{
	policies_integrity(policies, series, false, 0, s * 1000, &decisions);
}

/* In seconds, too. */
static int64_t tick_at(int64_t s)
{
	int64_t next_ms = policies_tick(policies, s * 1000, &decisions);

	return next_ms == INT64_MAX ? INT64_MAX : next_ms / 1000;
}

START_TEST(three_broken_samples_in_a_row_heal)
{
	broken_at(101);
	broken_at(102);
	ck_assert_str_eq(decided(), "");
	broken_at(103);
	ck_assert_str_eq(decided(), "heal: integrity BROKEN three times");
}
END_TEST

START_TEST(an_ok_resets_the_count)
{
	broken_at(101);
	broken_at(102);
	ok_at(103);
	broken_at(104);
	broken_at(105);
	ck_assert_str_eq(decided(), "");
	ck_assert_str_eq(explained(), "integrity BROKEN (broken or missing: 2/3, every 10 s)");
}
END_TEST

START_TEST(silence_is_counted_from_one_period_of_grace_after_enabling)
{
	ck_assert_int_eq(tick_at(100), 120);
	ck_assert_int_eq(tick_at(119), 120);
	ck_assert_str_eq(explained(), "no integrity yet (broken or missing: 0/3, every 10 s)");
	ck_assert_int_eq(tick_at(120), 130);
	ck_assert_str_eq(explained(), "integrity missing (broken or missing: 1/3, every 10 s)");
	ck_assert_int_eq(tick_at(130), 140);
	ck_assert_str_eq(decided(), "");
	ck_assert_int_eq(tick_at(140), 150);
	ck_assert_str_eq(decided(), "heal: no integrity for three periods of 10 s");
}
END_TEST

START_TEST(a_first_sample_does_not_shorten_the_grace)
{
	ok_at(101);
	ck_assert_int_eq(tick_at(101), 120);
}
END_TEST

START_TEST(each_sample_gives_another_period)
{
	ok_at(115);
	ck_assert_int_eq(tick_at(120), 125);
	ok_at(124);
	ck_assert_int_eq(tick_at(125), 134);
	ck_assert_int_eq(tick_at(134), 144);
	ck_assert_str_eq(explained(), "integrity missing (broken or missing: 1/3, every 10 s)");
	ok_at(135);
	ck_assert_str_eq(explained(), "integrity OK (broken or missing: 0/3, every 10 s)");
}
END_TEST

START_TEST(broken_and_missing_count_together)
{
	broken_at(115);
	tick_at(125);
	ck_assert_str_eq(decided(), "");
	broken_at(126);
	ck_assert_str_eq(decided(), "heal: integrity BROKEN twice and missing once (period 10 s)");
}
END_TEST

START_TEST(after_a_decision_the_count_begins_anew)
{
	for (int64_t s = 120; s < 170; s += 10)
		tick_at(s);
	ck_assert_str_eq(decided(), "heal: no integrity for three periods of 10 s");
	tick_at(170);
	ck_assert_str_eq(decided(), "heal: no integrity for three periods of 10 s");
}
END_TEST

START_TEST(a_tick_at_the_same_time_counts_nothing_twice)
{
	tick_at(120);
	tick_at(120);
	tick_at(120);
	tick_at(120);
	ck_assert_str_eq(decided(), "");
	ck_assert_str_eq(explained(), "integrity missing (broken or missing: 1/3, every 10 s)");
}
END_TEST

START_TEST(a_tick_that_comes_late_counts_one_period)
{
	ck_assert_int_eq(tick_at(1000), 1010);
	ck_assert_str_eq(decided(), "");
	ck_assert_str_eq(explained(), "integrity missing (broken or missing: 1/3, every 10 s)");
}
END_TEST

START_TEST(a_tick_that_is_a_little_late_does_not_shift_the_periods)
{
	ck_assert_int_eq(tick_at(123), 130);
}
END_TEST

START_TEST(with_period_zero_silence_means_nothing)
{
	set_heal(0, 2);
	ck_assert_int_eq(tick_at(1000000), INT64_MAX);
	broken_at(1000000);
	ck_assert_str_eq(explained(), "integrity BROKEN (broken or missing: 1/2)");
	broken_at(1000001);
	ck_assert_str_eq(decided(), "heal: integrity BROKEN twice");
}
END_TEST

START_TEST(an_enormous_period_overflows_nothing)
{
	set_heal(INT64_MAX, 1);
	ok_at(200);
	ck_assert_int_lt(tick_at(200), INT64_MAX / 1000);
	ck_assert_str_eq(decided(), "");
}
END_TEST

START_TEST(a_disabled_policy_misses_nothing)
{
	broken_at(101);
	policies_enable(policies, policy, false, 101000);
	ck_assert_int_eq(tick_at(100000), INT64_MAX);
	broken_at(102);
	broken_at(103);
	ck_assert_str_eq(decided(), "");
	ck_assert_str_eq(explained(), "not watching (broken or missing: 0/3, every 10 s)");
}
END_TEST

START_TEST(enabling_again_gives_another_grace)
{
	tick_at(120);
	tick_at(130);
	policies_enable(policies, policy, false, 135000);
	policies_enable(policies, policy, true, 200000);
	ck_assert_int_eq(tick_at(200), 220);
	ck_assert_str_eq(explained(), "no integrity yet (broken or missing: 0/3, every 10 s)");
}
END_TEST

START_TEST(enabling_what_is_enabled_gives_no_other_grace)
{
	tick_at(120);
	policies_enable(policies, policy, true, 125000);
	ck_assert_int_eq(tick_at(125), 130);
	ck_assert_str_eq(explained(), "integrity missing (broken or missing: 1/3, every 10 s)");
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("policies/heal");
	TCase *tc = tcase_create("a server that reports every 10 s");

	tcase_add_checked_fixture(tc, given_a_server_that_reports_every_10_s, teardown);
	tcase_add_test(tc, three_broken_samples_in_a_row_heal);
	tcase_add_test(tc, an_ok_resets_the_count);
	tcase_add_test(tc, silence_is_counted_from_one_period_of_grace_after_enabling);
	tcase_add_test(tc, a_first_sample_does_not_shorten_the_grace);
	tcase_add_test(tc, each_sample_gives_another_period);
	tcase_add_test(tc, broken_and_missing_count_together);
	tcase_add_test(tc, after_a_decision_the_count_begins_anew);
	tcase_add_test(tc, a_tick_at_the_same_time_counts_nothing_twice);
	tcase_add_test(tc, a_tick_that_comes_late_counts_one_period);
	tcase_add_test(tc, a_tick_that_is_a_little_late_does_not_shift_the_periods);
	tcase_add_test(tc, with_period_zero_silence_means_nothing);
	tcase_add_test(tc, an_enormous_period_overflows_nothing);
	tcase_add_test(tc, a_disabled_policy_misses_nothing);
	tcase_add_test(tc, enabling_again_gives_another_grace);
	tcase_add_test(tc, enabling_what_is_enabled_gives_no_other_grace);
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
