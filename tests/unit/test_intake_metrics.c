/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lm/server/intake/metrics.h"

/*
 * The world writes what it hears; samples of the metric "stranger" are nobody's.  Bodies lie in a
 * block of just their size, so that reading beyond one is noticed.
 */
static struct lm_buf heard, answer;
static struct tally tally;
static char *body;

static void setup(void)
{
	lm_buf_init(&heard, 4096);
	lm_buf_init(&answer, 65536);
	tally_init(&tally);
}

static void teardown(void)
{
	lm_buf_fini(&heard);
	lm_buf_fini(&answer);
	tally_fini(&tally);
	free(body);
}

static enum intake_fate hear(void *arg, const struct sample *s)
{
	(void)arg;
	lm_buf_printf(&heard, "%s%s %s", heard.n > 0 ? "; " : "", s->metric_key, s->metric_name);
	if (s->kind == SAMPLE_LOAD)
		lm_buf_printf(&heard, " load %g", s->load);
	if (s->kind == SAMPLE_INTEGRITY)
		lm_buf_printf(&heard, " %s", s->ok ? "OK" : "BROKEN");
	if (s->values != NULL)
		lm_buf_printf(&heard, " %s", s->values);
	if (s->at_ms != 0)
		lm_buf_printf(&heard, " at %" PRId64, s->at_ms);
	return strcmp(s->metric_name, "stranger") == 0 ? INTAKE_STRANGER : INTAKE_TAKEN;
}

static const char *hears(const char *text)
{
	size_t n = strlen(text);

	free(body);
	body = malloc(n + 1);
	ck_assert_ptr_nonnull(body);
	memcpy(body, text, n + 1);
	metrics_read(body, n, hear, NULL, &tally);
	return heard.p;
}

static const char *answers(void)
{
	lm_buf_clear(&answer);
	tally_print(&tally, &answer);
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
	    "k l load 1; k i BROKEN; k v {\"calls\":7}");
	ck_assert_uint_eq(tally.n[INTAKE_TAKEN], 3);
}
END_TEST

START_TEST(raw_figures_travel_beside_a_load)
{
	ck_assert_str_eq(
	    hears("{\"metricId\":\"k.l\",\"load\":50,\"raw\":{\"calls\":7,\"limit\":14.5}}"),
	    "k l load 50 {\"calls\":7,\"limit\":14.5}");
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
	    "k l load 107; k l load -3");
}
END_TEST

START_TEST(samples_that_do_not_count_are_dropped_and_counted)
{
	hears("[{\"metricKey\":\"k\",\"metricName\":\"stranger\",\"load\":1},"
	      "{\"metricId\":\"k.l\",\"load\":null},{\"metricId\":\"k.l\",\"load\":NaN},"
	      "{\"metricId\":\"k.l\",\"load\":-Infinity},{\"metricId\":\"k.l\",\"load\":1e999}]");
	ck_assert_str_eq(answers(),
	    "{\"accepted\":0,\"dropped\":5,\"notANumber\":4,\"strangers\":1,\"errors\":[]}");
	ck_assert_int_eq(tally_status(&tally), 200);
}
END_TEST

START_TEST(a_sample_may_say_when_it_was_measured)
{
	ck_assert_str_eq(hears("[{\"metricId\":\"k.l\",\"load\":1,\"time\":1700000000.1234},"
			       "{\"time\":1700000001,\"metricId\":\"k.i\",\"integrity\":\"OK\"}]"),
	    "k l load 1 at 1700000000123; k i OK at 1700000001000");
}
END_TEST

START_TEST(other_members_are_left_alone)
{
	ck_assert_str_eq(
	    hears("{\"message\":\"all \\\"well\\\"\",\"metricId\":\"k.l\",\"tags\":[{\"a\":1},"
		  "[]],\"load\":1,\"message\":null}"),
	    "k l load 1");
}
END_TEST

START_TEST(figures_lose_their_blanks_and_nothing_else)
{
	ck_assert_str_eq(
	    hears("[{\"values\" : { \"a \\\"b\\\"\" : 1.50 ,\n\"c\":2e3 } , \"metricId\":\"k.v\"},"
		  "{\"metricId\":\"k.l\",\"load\":1,\"raw\":{}}]"),
	    "k v {\"a \\\"b\\\"\":1.50,\"c\":2e3}; k l load 1 {}");
}
END_TEST

START_TEST(an_id_ends_at_its_first_dot)
{
	ck_assert_str_eq(hears("{\"metricId\":\"k.a.b\",\"load\":1}"), "k a.b load 1");
}
END_TEST

START_TEST(good_elements_are_used_beside_bad_ones_and_the_bad_ones_named)
{
	ck_assert_str_eq(hears("[{\"metricId\":\"k.a\",\"load\":1},{\"metricId\":\"k.b\"},"
			       "{\"metricId\":\"k.c\",\"load\":2}]"),
	    "k a load 1; k c load 2");
	ck_assert_str_eq(answers(), "{\"accepted\":2,\"dropped\":0,\"errors\":[{\"index\":1,"
				    "\"message\":\"one of \\\"load\\\", \\\"integrity\\\" and "
				    "\\\"values\\\" must be given\"}]}");
	ck_assert_int_eq(tally_status(&tally), 400);
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
    "{\"metricId\":\"k\",\"load\":1}",
    "{\"metricId\":\"k.\",\"load\":1}",
    "{\"metricId\":\".n\",\"load\":1}",
    "{\"metricId\":null,\"load\":1}",
    "{\"metricId\":\"k.n\",\"load\":1,\"load\":2}",
    "{\"metricId\":\"k.n\",\"load\":1,\"time\":\"now\"}",
    "{\"metricId\":\"k.n\",\"load\":1,\"time\":null}",
    "{\"metricId\":\"k.n\",\"load\":1,\"time\":0}",
    "{\"metricId\":\"k.n\",\"load\":1,\"time\":-1}",
    "{\"metricId\":\"k.n\",\"load\":1,\"time\":NaN}",
    "{\"metricId\":\"k.n\",\"load\":1,\"time\":1700000000000}",
    "{\"metricId\":\"k.n\",\"values\":{\"a\":1},\"raw\":{\"a\":1}}",
    "{\"metricId\":\"k.n\",\"values\":{\"a\":NaN}}",
    "{\"metricId\":\"k.n\",\"values\":{\"a\":{}}}",
    "{\"metricId\":\"k.n\",\"integrity\":\"ok\"}",
    "{\"metricId\":\"k.n\",\"integrity\":true}",
    "{\"metricId\":\"k.n\",\"integrity\":\"OK\",\"load\":1}",
    "{\"metricId\":\"k.n\",\"values\":[]}",
    "{\"metricId\":\"k.n\",\"values\":{\"a\":\"1\"}}",
    "{\"metricId\":\"k.n\",\"load\":1,\"raw\":7}",
};

START_TEST(a_bad_element_is_not_used)
{
	char text[256];

	snprintf(text, sizeof text, "[%s]", bad[_i]);
	ck_assert_str_eq(hears(text), "");
	ck_assert_uint_eq(tally.bad, 1);
}
END_TEST

START_TEST(no_more_than_a_hundred_bad_elements_are_named)
{
	struct lm_buf text;

	lm_buf_init(&text, 65536);
	lm_buf_puts(&text, "[0");
	for (int i = 0; i < 500; i++)
		lm_buf_puts(&text, ",0");
	lm_buf_puts(&text, "]");
	hears(text.p);
	lm_buf_fini(&text);
	ck_assert_uint_eq(tally.bad, 501);
	ck_assert_ptr_null(strstr(answers(), "\"index\":100"));
	ck_assert_ptr_nonnull(strstr(answer.p, "\"index\":99"));
}
END_TEST

static const struct {
	const char *text, *heard, *errors;
} broken[] = {
    {"", "", "{\"message\":\"the body must be a JSON object or an array of objects\"}"},
    {"x", "", "{\"message\":\"the body must be a JSON object or an array of objects\"}"},
    {"7", "", "{\"message\":\"the body must be a JSON object or an array of objects\"}"},
    {"\"a\"", "", "{\"message\":\"the body must be a JSON object or an array of objects\"}"},
    {"{", "",
	"{\"index\":0,\"message\":\"from here on it is not JSON: line 1 column 2: the text ends "
	"too early\"}"},
    {"{\"metricId\":\"k.l\",\"load\":1}x", "",
	"{\"index\":0,\"message\":\"from here on it is not JSON: line 1 column 28: something "
	"follows the value\"}"},
    {"[{\"metricId\":\"k.l\",\"load\":1},\n {\"metricId\":\"k.l\",\"load\":1,}]", "k l load 1",
	"{\"index\":1,\"message\":\"from here on it is not JSON: line 2 column 29: expected a name "
	"in double quotes\"}"},
    {"[{\"metricId\":\"k.l\",\"load\":1}", "k l load 1",
	"{\"index\":1,\"message\":\"from here on it is not JSON: line 1 column 29: the text ends "
	"too early\"}"},
    {"[{\"metricId\":\"k.l\",\"load\":01}]", "",
	"{\"index\":0,\"message\":\"from here on it is not JSON: line 1 column 28: a number with a "
	"leading zero\"}"},
};

START_TEST(where_json_ends_reading_does_and_what_came_before_counts)
{
	ck_assert_str_eq(hears(broken[_i].text), broken[_i].heard);
	ck_assert_int_eq(tally_status(&tally), 400);
	ck_assert_str_eq(tally.errors.p, broken[_i].errors);
}
END_TEST

START_TEST(what_is_forbidden_is_told_when_nothing_was_bad)
{
	tally_count(&tally, INTAKE_FORBIDDEN);
	tally_count(&tally, INTAKE_TAKEN);
	ck_assert_int_eq(tally_status(&tally), 403);
	ck_assert_str_eq(answers(), "{\"accepted\":1,\"dropped\":1,\"forbidden\":1,\"errors\":[]}");
	tally_bad(&tally, TALLY_ALL, "no");
	ck_assert_int_eq(tally_status(&tally), 400);
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
	Suite *s = suite_create("lm/server/intake/metrics");
	TCase *tc = tcase_create("the webhook's body");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, one_element_may_stand_alone);
	tcase_add_test(tc, several_elements_come_in_an_array);
	tcase_add_test(tc, raw_figures_travel_beside_a_load);
	tcase_add_test(tc, key_and_name_win_over_an_id_that_says_the_same);
	tcase_add_test(tc, a_load_is_taken_as_it_is_beyond_hundred_and_below_zero);
	tcase_add_test(tc, samples_that_do_not_count_are_dropped_and_counted);
	tcase_add_test(tc, a_sample_may_say_when_it_was_measured);
	tcase_add_test(tc, other_members_are_left_alone);
	tcase_add_test(tc, figures_lose_their_blanks_and_nothing_else);
	tcase_add_test(tc, an_id_ends_at_its_first_dot);
	tcase_add_test(tc, good_elements_are_used_beside_bad_ones_and_the_bad_ones_named);
	tcase_add_loop_test(tc, a_bad_element_is_not_used, 0, LM_COUNT(bad));
	tcase_add_test(tc, no_more_than_a_hundred_bad_elements_are_named);
	tcase_add_loop_test(
	    tc, where_json_ends_reading_does_and_what_came_before_counts, 0, (int)LM_COUNT(broken));
	tcase_add_test(tc, what_is_forbidden_is_told_when_nothing_was_bad);
	tcase_add_test(tc, the_relay_takes_values_as_text);
	tcase_add_loop_test(tc, the_relay_refuses_a_load_that_is_no_number, 0, LM_COUNT(no_load));
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
