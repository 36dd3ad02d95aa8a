/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lm/server/intake/collectd.h"

/* The component "gw" has the load h_load and the integrities h_ok and df. */
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

static enum metric_kind kind(void *arg, const char *component, const char *metric)
{
	(void)arg;
	if (strcmp(component, "gw") != 0)
		return METRIC_KIND_NONE;
	if (strcmp(metric, "h_load") == 0)
		return METRIC_KIND_LOAD;
	return strcmp(metric, "h_ok") == 0 || strcmp(metric, "df") == 0 ? METRIC_KIND_INTEGRITY
									: METRIC_KIND_NONE;
}

static enum intake_fate hear(void *arg, const struct sample *s)
{
	(void)arg;
	lm_buf_printf(&heard, "%s%s %s", heard.n > 0 ? "; " : "", s->metric_key, s->metric_name);
	if (s->kind == SAMPLE_LOAD)
		lm_buf_printf(&heard, " load %g", s->load);
	if (s->kind == SAMPLE_INTEGRITY)
		lm_buf_printf(&heard, " %s", s->ok ? "OK" : "BROKEN");
	if (s->at_ms != 0)
		lm_buf_printf(&heard, " at %" PRId64, s->at_ms);
	return INTAKE_TAKEN;
}

static const char *hears(const char *text)
{
	size_t n = strlen(text);

	free(body);
	body = malloc(n + 1);
	ck_assert_ptr_nonnull(body);
	memcpy(body, text, n + 1);
	collectd_read(body, n, &(struct collectd_taker){kind, hear, NULL}, &tally);
	return heard.p;
}

static const char *answers(void)
{
	lm_buf_clear(&answer);
	tally_print(&tally, &answer);
	return answer.p;
}

/* As collectd writes them. */
#define LIST(values, dsnames, host, plugin, plugin_instance, type, type_instance)                 \
	"{\"values\":[" values "],\"dstypes\":[\"gauge\"],\"dsnames\":[" dsnames                  \
	"],\"time\":1784888283.123,\"interval\":5.000,\"host\":\"" host "\",\"plugin\":\"" plugin \
	"\",\"plugin_instance\":\"" plugin_instance "\",\"type\":\"" type                         \
	"\",\"type_instance\":\"" type_instance "\",\"meta\":{\"network:received\":true}}"
#define VALUE "\"value\""

static const struct {
	const char *list, *heard;
} lists[] = {
    {LIST("53.5", VALUE, "gw", "exec", "", "gauge", "h_load"), "gw h_load load 53.5"},
    {LIST("1", VALUE, "gw", "exec", "", "h_ok", ""), "gw h_ok OK"},
    {LIST("0", VALUE, "gw", "exec", "", "h_ok", ""), "gw h_ok BROKEN"},
    {LIST("-0.0", VALUE, "gw", "exec", "", "h_ok", ""), "gw h_ok BROKEN"},
    {LIST("7", VALUE, "gw", "h_load", "", "gauge", ""), "gw h_load load 7"},
    {LIST("7", VALUE, "gw", "exec", "h_load", "gauge", ""), "gw h_load load 7"},
    {LIST("7", VALUE, "gw", "h_load", "h_ok", "gauge", "x"), "gw h_load load 7"},
    {LIST("7", VALUE, "gw", "h_ok", "", "gauge", "h_load"), "gw h_load load 7"},
    {LIST("1,7", "\"h_ok\",\"h_load\"", "gw", "exec", "", "pair", ""),
	"gw h_ok OK; gw h_load load 7"},
    {LIST("1,7", "\"a\",\"b\"", "gw", "exec", "", "pair", "h_load"), "gw h_load load 1"},
    {LIST("7", "\"h_ok\"", "gw", "exec", "", "gauge", "h_load"), "gw h_load load 7"},
    {LIST("7", VALUE, "gw", "cpu", "0", "cpu", "idle"), ""},
    {LIST("7", VALUE, "elsewhere", "exec", "", "gauge", "h_load"), ""},
    {LIST("null", VALUE, "gw", "exec", "", "gauge", "h_load"), ""},
    {LIST("NaN", VALUE, "gw", "exec", "", "gauge", "h_load"), ""},
};

START_TEST(the_first_name_that_the_descriptor_declares_is_the_metric)
{
	char text[1024], want[128];

	snprintf(text, sizeof text, "[%s]", lists[_i].list);
	hears(text);
	ck_assert_msg(tally.bad == 0, "%s", tally.bad == 0 ? "" : tally.errors.p);
	snprintf(want, sizeof want, "%s", lists[_i].heard);
	for (char *at; (at = strstr(heard.p, " at 1784888283123")) != NULL;)
		memmove(at, at + 17, strlen(at + 17) + 1);
	ck_assert_str_eq(heard.p, want);
}
END_TEST

START_TEST(what_is_not_used_is_counted)
{
	hears("[" LIST("7", VALUE, "gw", "cpu", "0", "cpu", "idle") "," LIST("1,2,3",
	    "\"a\",\"b\",\"c\"", "gw", "load", "", "load", "") "," LIST("null", VALUE, "gw", "exec",
	    "", "gauge", "h_load") "," LIST("9", VALUE, "gw", "exec", "", "gauge", "h_load") "]");
	ck_assert_str_eq(answers(),
	    "{\"accepted\":1,\"dropped\":5,\"notANumber\":1,\"strangers\":4,\"errors\":[]}");
	ck_assert_int_eq(tally_status(&tally), 200);
	ck_assert_str_eq(heard.p, "gw h_load load 9 at 1784888283123");
}
END_TEST

static const char *const bad[] = {
    "7",
    "{}",
    "{\"values\":[7],\"type\":\"h_load\"}",
    "{\"values\":7,\"host\":\"gw\",\"type\":\"h_load\"}",
    "{\"values\":[\"7\"],\"host\":\"gw\",\"type\":\"h_load\"}",
    "{\"values\":[],\"host\":\"gw\",\"type\":\"h_load\"}",
    "{\"values\":[7],\"host\":7,\"type\":\"h_load\"}",
    "{\"values\":[7],\"host\":\"gw\",\"type\":[]}",
    "{\"values\":[7],\"dsnames\":[7],\"host\":\"gw\",\"type\":\"h_load\"}",
    "{\"values\":[7],\"host\":\"gw\",\"type\":\"h_load\",\"time\":\"now\"}",
    "{\"message\":\"a notification\",\"severity\":\"OKAY\",\"host\":\"gw\"}",
    "{\"values\":[0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,"
    "0,1,2,3,4,5,6,7,"
    "8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4],\"host\":\"gw\",\"type\":\"h_load\"}",
};

START_TEST(a_bad_element_is_named_and_the_others_are_used)
{
	char text[2048];

	snprintf(text, sizeof text, "[%s,%s]", bad[_i],
	    LIST("7", VALUE, "gw", "exec", "", "gauge", "h_load"));
	ck_assert_str_eq(hears(text), "gw h_load load 7 at 1784888283123");
	ck_assert_uint_eq(tally.bad, 1);
	ck_assert_ptr_nonnull(strstr(tally.errors.p, "\"index\":0"));
}
END_TEST

static const char *const broken[] = {"", "{}", "[", "[{]", "[{\"values\":[1}]"};

START_TEST(a_body_that_collectd_never_writes_is_refused)
{
	ck_assert_str_eq(hears(broken[_i]), "");
	ck_assert_int_eq(tally_status(&tally), 400);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lm/server/intake/collectd");
	TCase *tc = tcase_create("what write_http posts");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(
	    tc, the_first_name_that_the_descriptor_declares_is_the_metric, 0, (int)LM_COUNT(lists));
	tcase_add_test(tc, what_is_not_used_is_counted);
	tcase_add_loop_test(
	    tc, a_bad_element_is_named_and_the_others_are_used, 0, (int)LM_COUNT(bad));
	tcase_add_loop_test(
	    tc, a_body_that_collectd_never_writes_is_refused, 0, (int)LM_COUNT(broken));
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
