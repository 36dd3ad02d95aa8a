/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

/* What stands on standard error, as text and as JSON. */

static char said[8192];
static int kept, ends[2];

static void listen_begin(void)
{
	fflush(stderr);
	ck_assert_int_eq(pipe(ends), 0);
	kept = dup(STDERR_FILENO);
	dup2(ends[1], STDERR_FILENO);
	close(ends[1]);
}

static void listen_end(void)
{
	fflush(stderr);
	dup2(kept, STDERR_FILENO);
	close(kept);
	ssize_t n = read(ends[0], said, sizeof said - 1);
	close(ends[0]);
	said[n > 0 ? n : 0] = '\0';
}

#define SAYS(...)                    \
	do {                         \
		listen_begin();      \
		lm_log(__VA_ARGS__); \
		listen_end();        \
	} while (0)

static void teardown(void)
{
	lm_log_set_form(LM_LOG_TEXT);
	lm_log_set_level(LM_LOG_INFO);
}

/* Behind "2026-11-20T22:42:59.123Z ". */
START_TEST(a_line_of_text_has_time_level_event_and_fields)
{
	SAYS(LM_LOG_WARN, "step.failed", "step=%s took_ms=%d\nagain", "p/3", 7);
	ck_assert_str_eq(said + 25, "warn  step.failed step=p/3 took_ms=7 again\n");
}
END_TEST

START_TEST(what_others_have_written_tells_a_terminal_nothing)
{
	SAYS(LM_LOG_WARN, "a.b", "name=%s", "x\x1b[2J\ty\x7f\r\nz");
	ck_assert_str_eq(said + 25, "warn  a.b name=x [2J y   z\n");
}
END_TEST

START_TEST(what_is_below_the_level_is_not_said)
{
	SAYS(LM_LOG_DEBUG, "a.b", "%s", "x");
	ck_assert_str_eq(said, "");
	lm_log_set_level(LM_LOG_ERROR);
	SAYS(LM_LOG_WARN, "a.b", "%s", "x");
	ck_assert_str_eq(said, "");
}
END_TEST

static json_t *object(void)
{
	json_t *o = json_loads(said, JSON_REJECT_DUPLICATES, NULL);

	ck_assert_msg(o != NULL && strchr(said, '\n') == said + strlen(said) - 1, "%s", said);
	return o;
}

static void has_fields(const char *json)
{
	json_t *o = object();
	char *text = json_dumps(json_object_get(o, "fields"), JSON_COMPACT);

	ck_assert_str_eq(text, json);
	free(text);
	json_decref(o);
}

START_TEST(a_line_of_json_is_an_object_of_the_same)
{
	lm_log_set_form(LM_LOG_JSON);
	SAYS(LM_LOG_ERROR, "http.failed", "%s %s trace=%s: %s", "GET", "/x", "t-1",
	    "it is \"bad\"\n");
	json_t *o = object();
	ck_assert_str_eq(json_string_value(json_object_get(o, "level")), "error");
	ck_assert_str_eq(json_string_value(json_object_get(o, "event")), "http.failed");
	ck_assert_str_eq(
	    json_string_value(json_object_get(o, "message")), "GET /x trace=t-1: it is \"bad\"\n");
	ck_assert_uint_eq(strlen(json_string_value(json_object_get(o, "time"))), 24);
	json_decref(o);
}
END_TEST

START_TEST(fields_are_what_the_format_names_and_nothing_that_a_value_holds)
{
	lm_log_set_form(LM_LOG_JSON);
	SAYS(LM_LOG_INFO, "a.b", "step=%s failure=%s n=%d took_ms=%lld message=\"%.8s\" it is late",
	    "1 level=error", "x", -5, 70LL, "say \"a\" and more");
	has_fields("{\"step\":\"1 level=error\",\"failure\":\"x\",\"n\":-5,\"took_ms\":70,"
		   "\"message\":\"say \\\"a\\\" \"}");
	SAYS(LM_LOG_INFO, "a.b", "%s", "step=7");
	has_fields("{}");
	SAYS(LM_LOG_INFO, "a.b", "share=%d%% address=%s:%u", 50, "h", 80u);
	has_fields("{\"share\":\"50%\",\"address\":\"h:80\"}");
}
END_TEST

START_TEST(a_long_line_is_cut_and_still_json)
{
	char *text = malloc(10001);

	memset(text, 'x', 10000);
	text[10000] = '\0';
	lm_log_set_form(LM_LOG_JSON);
	SAYS(LM_LOG_INFO, "a.b", "text=%s end=%d", text, 5);
	json_t *o = object();
	ck_assert_uint_eq(json_string_length(json_object_get(o, "message")), 2047);
	json_decref(o);
	free(text);
}
END_TEST

START_TEST(bytes_that_are_no_text_do_not_break_a_line)
{
	lm_log_set_form(LM_LOG_JSON);
	SAYS(LM_LOG_INFO, "a.b", "name=%s", "\xff\x01");
	json_decref(object());
}
END_TEST

int main(void)
{
	Suite *s = suite_create("base/log");
	TCase *tc = tcase_create("log");

	tcase_add_checked_fixture(tc, NULL, teardown);
	tcase_add_test(tc, a_line_of_text_has_time_level_event_and_fields);
	tcase_add_test(tc, what_others_have_written_tells_a_terminal_nothing);
	tcase_add_test(tc, what_is_below_the_level_is_not_said);
	tcase_add_test(tc, a_line_of_json_is_an_object_of_the_same);
	tcase_add_test(tc, fields_are_what_the_format_names_and_nothing_that_a_value_holds);
	tcase_add_test(tc, a_long_line_is_cut_and_still_json);
	tcase_add_test(tc, bytes_that_are_no_text_do_not_break_a_line);
	suite_add_tcase(s, tc);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
