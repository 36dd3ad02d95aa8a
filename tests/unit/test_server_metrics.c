/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lm/server/metrics.h"

/* The world writes what it hears; samples of the metric "stranger" are nobody's. */
static struct lm_buf heard, answer;
static struct metrics_tally tally;

static void setup(void)
{
	lm_buf_init(&heard, 4096);
	lm_buf_init(&answer, 65536);
	metrics_tally_init(&tally);
}

static void teardown(void)
{
	lm_buf_fini(&heard);
	lm_buf_fini(&answer);
	metrics_tally_fini(&tally);
}

static bool hear(void *arg, const struct sample *s)
{
	(void)arg;
	lm_buf_printf(&heard, "%s%s", heard.n > 0 ? "; " : "",
	    s->metric_id != NULL ? s->metric_id : s->metric_key);
	if (s->metric_name != NULL)
		lm_buf_printf(&heard, " %s", s->metric_name);
	if (s->kind == SAMPLE_LOAD)
		lm_buf_printf(&heard, " load %g", s->load);
	if (s->kind == SAMPLE_INTEGRITY)
		lm_buf_printf(&heard, " %s", s->ok ? "OK" : "BROKEN");
	if (s->values != NULL)
		lm_buf_printf(&heard, " %s", s->values);
	return s->metric_name == NULL || strcmp(s->metric_name, "stranger") != 0;
}

static const char *hears(const char *body)
{
	struct lm_err *e = metrics_read(body, strlen(body), hear, NULL, &tally);

	ck_assert_msg(e == NULL, "%s: %s", body, e == NULL ? "" : lm_err_text(e));
	return heard.p;
}

static const char *answers(void)
{
	metrics_tally_print(&tally, &answer);
	return answer.p;
}

START_TEST(one_element_may_stand_alone)
{
	ck_assert_str_eq(hears("{\"metricKey\":\"k\",\"metricName\":\"h_load\",\"load\":53.5}"),
	    "k h_load load 53.5");
	ck_assert_str_eq(answers(), "{\"accepted\":1,\"dropped\":0,\"errors\":[]}");
}
END_TEST

START_TEST(several_elements_come_in_an_array)
{
	ck_assert_str_eq(
	    hears("[{\"metricId\":\"k.l\",\"load\":1},"
		  "{\"metricKey\":\"k\",\"metricName\":\"i\",\"integrity\":\"BROKEN\"},"
		  "{\"metricKey\":\"k\",\"metricName\":\"v\",\"values\":{\"calls\":7}}]"),
	    "k.l load 1; k i BROKEN; k v {\"calls\":7}");
	ck_assert_uint_eq(tally.accepted, 3);
}
END_TEST

START_TEST(raw_figures_travel_beside_a_load)
{
	ck_assert_str_eq(
	    hears("{\"metricId\":\"k.l\",\"load\":50,\"raw\":{\"calls\":7,\"limit\":14.5}}"),
	    "k.l load 50 {\"calls\":7,\"limit\":14.5}");
}
END_TEST

START_TEST(key_and_name_win_over_an_id_that_says_the_same)
{
	ck_assert_str_eq(
	    hears("{\"metricKey\":\"k\",\"metricName\":\"l\",\"metricId\":\"k.l\",\"load\":1}"),
	    "k l load 1");
}
END_TEST

START_TEST(a_load_is_taken_as_it_is_beyond_hundred_and_below_zero)
{
	ck_assert_str_eq(
	    hears("[{\"metricId\":\"k.l\",\"load\":107},{\"metricId\":\"k.l\",\"load\":-3}]"),
	    "k.l load 107; k.l load -3");
}
END_TEST

START_TEST(samples_that_nobody_knows_are_counted_as_dropped)
{
	hears("[{\"metricKey\":\"k\",\"metricName\":\"stranger\",\"load\":1}]");
	ck_assert_str_eq(answers(), "{\"accepted\":0,\"dropped\":1,\"errors\":[]}");
}
END_TEST

START_TEST(good_elements_are_used_beside_bad_ones_and_the_bad_ones_named)
{
	ck_assert_str_eq(hears("[{\"metricId\":\"k.a\",\"load\":1},{\"metricId\":\"k.b\"},"
			       "{\"metricId\":\"k.c\",\"load\":2}]"),
	    "k.a load 1; k.c load 2");
	ck_assert_str_eq(answers(), "{\"accepted\":2,\"dropped\":0,\"errors\":[{\"index\":1,"
				    "\"message\":\"one of \\\"load\\\", \\\"integrity\\\" and "
				    "\\\"values\\\" must be given\"}]}");
}
END_TEST

static const char *const bad[] = {
    "3",
    "\"k\"",
    "[]",
    "{\"load\":1}",
    "{\"metricKey\":\"k\",\"load\":1}",
    "{\"metricName\":\"n\",\"load\":1}",
    "{\"metricKey\":7,\"metricName\":\"n\",\"load\":1}",
    "{\"metricId\":\"\",\"load\":1}",
    "{\"metricId\":\"k.n\",\"load\":\"1\"}",
    "{\"metricId\":\"k.n\",\"load\":null}",
    "{\"metricId\":\"k.n\",\"integrity\":\"ok\"}",
    "{\"metricId\":\"k.n\",\"integrity\":true}",
    "{\"metricId\":\"k.n\",\"integrity\":\"OK\",\"load\":1}",
    "{\"metricId\":\"k.n\",\"values\":[]}",
    "{\"metricId\":\"k.n\",\"values\":{\"a\":\"1\"}}",
    "{\"metricId\":\"k.n\",\"load\":1,\"raw\":7}",
};

START_TEST(a_bad_element_is_not_used)
{
	char body[256];

	snprintf(body, sizeof body, "[%s]", bad[_i]);
	ck_assert_str_eq(hears(body), "");
	ck_assert_uint_eq(tally.bad, 1);
}
END_TEST

START_TEST(no_more_than_a_hundred_bad_elements_are_named)
{
	struct lm_buf body;

	lm_buf_init(&body, 65536);
	lm_buf_puts(&body, "[0");
	for (int i = 0; i < 500; i++)
		lm_buf_puts(&body, ",0");
	lm_buf_puts(&body, "]");
	hears(body.p);
	lm_buf_fini(&body);
	ck_assert_uint_eq(tally.bad, 501);
	ck_assert_ptr_null(strstr(answers(), "\"index\":100"));
	ck_assert_ptr_nonnull(strstr(answer.p, "\"index\":99"));
}
END_TEST

static const char *const hopeless[] = {"", "{", "x", "7", "\"a\"", "[1", "{\"a\":1}x"};

START_TEST(a_body_that_is_no_object_and_no_array_is_an_error)
{
	const char *body = hopeless[_i];

	struct lm_err *e = metrics_read(body, strlen(body), hear, NULL, &tally);
	ck_assert_ptr_nonnull(e);
	ck_assert_int_eq(lm_err_kind(e), LM_ERR_INVALID);
	lm_err_free(e);
	ck_assert_str_eq(heard.p, "");
}
END_TEST

START_TEST(the_relay_takes_values_as_text)
{
	struct sample load = {.kind = SAMPLE_LOAD}, integrity = {.kind = SAMPLE_INTEGRITY};

	ck_assert_ptr_null(metrics_read_text("53", &load));
	ck_assert(load.load == 53);
	ck_assert_ptr_null(metrics_read_text("OK", &integrity));
	ck_assert(integrity.ok);
	ck_assert_ptr_null(metrics_read_text("BROKEN", &integrity));
	ck_assert(!integrity.ok);
}
END_TEST

static const char *const no_load[] = {NULL, "", "x", "53%", "nan", "inf"};

START_TEST(the_relay_refuses_a_load_that_is_no_number)
{
	struct sample s = {.kind = SAMPLE_LOAD};

	struct lm_err *e = metrics_read_text(no_load[_i], &s);
	ck_assert_ptr_nonnull(e);
	lm_err_free(e);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lm/server/metrics");
	TCase *tc = tcase_create("the webhook's body");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, one_element_may_stand_alone);
	tcase_add_test(tc, several_elements_come_in_an_array);
	tcase_add_test(tc, raw_figures_travel_beside_a_load);
	tcase_add_test(tc, key_and_name_win_over_an_id_that_says_the_same);
	tcase_add_test(tc, a_load_is_taken_as_it_is_beyond_hundred_and_below_zero);
	tcase_add_test(tc, samples_that_nobody_knows_are_counted_as_dropped);
	tcase_add_test(tc, good_elements_are_used_beside_bad_ones_and_the_bad_ones_named);
	tcase_add_loop_test(tc, a_bad_element_is_not_used, 0, LM_COUNT(bad));
	tcase_add_test(tc, no_more_than_a_hundred_bad_elements_are_named);
	tcase_add_loop_test(
	    tc, a_body_that_is_no_object_and_no_array_is_an_error, 0, LM_COUNT(hopeless));
	tcase_add_test(tc, the_relay_takes_values_as_text);
	tcase_add_loop_test(tc, the_relay_refuses_a_load_that_is_no_number, 0, LM_COUNT(no_load));
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
