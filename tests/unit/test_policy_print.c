/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <jansson.h>
#include <math.h>

#include "tests/lib/pool.h"

/* What people and programs are told about a policy. */
static struct pool pool;

static void setup(void)
{
	pool_init(&pool);
}

static void teardown(void)
{
	pool_fini(&pool);
}

START_TEST(a_policy_that_does_not_see_says_so)
{
	pool_begin(&pool, 2);
	policies_enable(pool.policies, pool.policy, false, pool.now_ms);
	ck_assert_str_eq(pool_printed(&pool),
	    "{\"kind\":\"scale\",\"enabled\":false,\"load\":null,"
	    "\"scaleOut\":{\"threshold\":58,\"samples\":0,\"smoothing\":1,\"cooldown\":0},"
	    "\"scaleIn\":{\"threshold\":32,\"samples\":0,\"smoothing\":1,\"cooldown\":0},"
	    "\"size\":2,\"min\":1,\"max\":10,\"increment\":1,\"guard\":58,\"samples\":[],"
	    "\"held\":\"not watching\"}");
}
END_TEST

START_TEST(a_policy_that_sees_shows_its_samples_and_what_it_waits_for)
{
	pool.set.smoothing_out = 3;
	pool.set.cooldown_out_ms = 2500;
	pool_begin(&pool, 2);
	POOL_LOADS(&pool, 57.5, 90);
	ck_assert_str_eq(pool_printed(&pool),
	    "{\"kind\":\"scale\",\"enabled\":true,\"load\":90,"
	    "\"scaleOut\":{\"threshold\":58,\"samples\":1,\"smoothing\":3,\"cooldown\":2.500},"
	    "\"scaleIn\":{\"threshold\":32,\"samples\":0,\"smoothing\":1,\"cooldown\":0},"
	    "\"size\":2,\"min\":1,\"max\":10,\"increment\":1,\"guard\":58,"
	    "\"samples\":[{\"at\":\"2026-11-16T12:00:05.000Z\",\"load\":57.500},"
	    "{\"at\":\"2026-11-16T12:00:10.000Z\",\"load\":90}],"
	    "\"held\":\"1 of 3 samples above 58\"}");
}
END_TEST

START_TEST(the_last_decision_stays_with_its_time_and_reason)
{
	pool_begin(&pool, 2);
	POOL_LOADS(&pool, 90);
	pool_scale(&pool, 3, 2);
	json_t *document = json_loads(pool_printed(&pool), 0, NULL);
	char *last = json_dumps(json_object_get(document, "last"), JSON_COMPACT);
	ck_assert_str_eq(last,
	    "{\"at\":\"2026-11-16T12:00:05.000Z\",\"action\":\"scale out\",\"size\":3,"
	    "\"reason\":\"load 90 above 58: from 2 to 3\"}");
	free(last);
	json_decref(document);
	ck_assert_str_eq(pool_held(&pool), "no load yet");
}
END_TEST

START_TEST(sixteen_samples_are_shown_the_oldest_first)
{
	pool_begin(&pool, 2);
	for (unsigned i = 1; i <= 20; i++)
		POOL_LOADS(&pool, 32 + i);
	json_t *document = json_loads(pool_printed(&pool), 0, NULL);
	const json_t *samples = json_object_get(document, "samples");
	ck_assert_uint_eq(json_array_size(samples), 16);
	for (unsigned i = 0; i < 16; i++)
		ck_assert_int_eq(
		    json_number_value(json_object_get(json_array_get(samples, i), "load")),
		    32 + 5 + i);
	json_decref(document);
}
END_TEST

START_TEST(what_a_policy_has_beyond_the_defaults_is_shown)
{
	struct lm_hours schedule;

	ck_assert(lm_hours_parse("Mon 12:00-13:00 = 2", &schedule, NULL));
	pool.set.schedule = &schedule;
	pool.set.target = 40;
	pool.set.predict_ahead_ms = 10000;
	pool.set.unguarded = true;
	pool_begin(&pool, 2);
	POOL_LOADS(&pool, 40, 41, 42);
	json_t *document = json_loads(pool_printed(&pool), 0, NULL);
	ck_assert_int_eq(json_integer_value(json_object_get(document, "scheduled")), 2);
	ck_assert_int_eq(json_number_value(json_object_get(document, "target")), 40);
	ck_assert_double_eq_tol(json_number_value(json_object_get(document, "forecast")), 44, 1e-3);
	ck_assert(json_is_null(json_object_get(document, "guard")));
	json_decref(document);
}
END_TEST

START_TEST(what_will_be_done_with_the_next_sample_is_not_held)
{
	pool.set.cooldown_out_ms = 60000;
	pool_begin(&pool, 2);
	POOL_LOADS(&pool, 90);
	pool_scale(&pool, 3, 0);
	POOL_LOADS(&pool, 90);
	ck_assert_str_eq(pool_held(&pool), "cool-down, 55 s left");
	pool_pass(&pool, 55);
	ck_assert_str_eq(pool_held(&pool), "");
}
END_TEST

static const char *explained(void)
{
	pool_begin(&pool, 10);
	POOL_LOADS(&pool, 57.25);
	lm_buf_clear(&pool.text);
	policies_explain(pool.policies, pool.policy, &pool.text);
	return pool.text.p;
}

START_TEST(a_line_says_the_load_and_the_counts)
{
	ck_assert_str_eq(explained(), "load 57.25 (out > 58: 0/1, in < 32: 0/1)");
	pool.set.out = NAN;
	ck_assert_str_eq(explained(), "load 57.25 (in < 32: 0/1)");
	pool.set.in = NAN;
	ck_assert_str_eq(explained(), "load 57.25");
	pool.set.out = 58;
	ck_assert_str_eq(explained(), "load 57.25 (out > 58: 0/1)");
}
END_TEST

/* ---- heal -------------------------------------------------------------------------------------- */

static struct policy *server;

static void given_a_server(void)
{
	pool_init(&pool);
	server = policies_add_heal(pool.policies,
	    &(struct policy_heal){
		.series = policies_add_series(pool.policies, SERIES_INTEGRITY),
		.smoothing = 3,
		.period_ms = 10000,
		.maximum_heals = 1,
		.heal_window_ms = 120000,
	    },
	    NULL);
	policies_enable(pool.policies, server, true, pool.now_ms);
}

static const char *server_printed(void)
{
	lm_buf_clear(&pool.text);
	policies_print(pool.policies, server, pool.now_ms, &pool.text);
	return pool.text.p;
}

START_TEST(a_heal_policy_shows_what_was_seen_and_when_it_will_be_missed)
{
	ck_assert_str_eq(server_printed(),
	    "{\"kind\":\"heal\",\"enabled\":true,\"integrity\":null,\"broken\":0,\"missing\":0,"
	    "\"smoothing\":3,\"period\":10,\"missingAt\":\"2026-11-16T12:00:20.000Z\","
	    "\"heals\":{\"spent\":0,\"maximum\":1,\"window\":120},\"held\":\"no integrity yet\"}");
	pool_pass(&pool, 25);
	ck_assert_str_eq(server_printed(),
	    "{\"kind\":\"heal\",\"enabled\":true,\"integrity\":\"missing\",\"broken\":0,"
	    "\"missing\":1,\"smoothing\":3,\"period\":10,"
	    "\"missingAt\":\"2026-11-16T12:00:30.000Z\","
	    "\"heals\":{\"spent\":0,\"maximum\":1,\"window\":120},"
	    "\"held\":\"1 of 3 broken or missing\"}");
}
END_TEST

START_TEST(a_heal_policy_shows_its_last_decision_and_what_is_left_of_its_budget)
{
	pool_pass(&pool, 40);
	ck_assert(policies_count_heal(pool.policies, server, pool.now_ms));
	ck_assert_str_eq(server_printed(),
	    "{\"kind\":\"heal\",\"enabled\":true,\"integrity\":\"missing\",\"broken\":0,"
	    "\"missing\":0,\"smoothing\":3,\"period\":10,"
	    "\"missingAt\":\"2026-11-16T12:00:50.000Z\","
	    "\"heals\":{\"spent\":1,\"maximum\":1,\"window\":120},"
	    "\"held\":\"healed once within 120 s\","
	    "\"last\":{\"at\":\"2026-11-16T12:00:40.000Z\",\"action\":\"heal\","
	    "\"reason\":\"no integrity for three periods of 10 s\"}}");
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("policies/print");
	TCase *scale = tcase_create("scale"), *heal = tcase_create("heal");

	tcase_add_checked_fixture(scale, setup, teardown);
	tcase_add_test(scale, a_policy_that_does_not_see_says_so);
	tcase_add_test(scale, a_policy_that_sees_shows_its_samples_and_what_it_waits_for);
	tcase_add_test(scale, the_last_decision_stays_with_its_time_and_reason);
	tcase_add_test(scale, sixteen_samples_are_shown_the_oldest_first);
	tcase_add_test(scale, what_a_policy_has_beyond_the_defaults_is_shown);
	tcase_add_test(scale, what_will_be_done_with_the_next_sample_is_not_held);
	tcase_add_test(scale, a_line_says_the_load_and_the_counts);
	suite_add_tcase(s, scale);
	tcase_add_checked_fixture(heal, given_a_server, teardown);
	tcase_add_test(heal, a_heal_policy_shows_what_was_seen_and_when_it_will_be_missed);
	tcase_add_test(heal, a_heal_policy_shows_its_last_decision_and_what_is_left_of_its_budget);
	suite_add_tcase(s, heal);
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
