/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdlib.h>

#include "base/attr.h"
#include "lm/cli/record_csv.h"

#define SAMPLE(rest) "{\"type\":\"MetricSample\",\"at\":\"2026-11-20T08:00:00.123Z\"," rest "}"

static const struct {
	const char *event, *line; /* NULL: none */
} cases[] = {
    {SAMPLE("\"resourceName\":\"voice__gw\",\"metricName\":\"h_load\",\"load\":53,"
	    "\"values\":{\"calls\":8,\"servers\":1,\"capacity\":15,\"failed_total\":0}"),
	"2026-11-20T08:00:00.123Z,voice__gw,h_load,53,8,1,15\n"},
    {SAMPLE("\"resourceName\":\"voice__gw\",\"metricName\":\"h_load\",\"load\":53.25"),
	"2026-11-20T08:00:00.123Z,voice__gw,h_load,53.25,,,\n"},
    {SAMPLE(
	 "\"resourceName\":\"voice__gw\",\"metricName\":\"h_integrity\",\"integrity\":\"BROKEN\""),
	"2026-11-20T08:00:00.123Z,voice__gw,h_integrity,BROKEN,,,\n"},
    {SAMPLE("\"resourceName\":\"voice__gw\",\"metricName\":\"figures\",\"values\":{\"calls\":1e6}"),
	"2026-11-20T08:00:00.123Z,voice__gw,figures,,1000000,,\n"},
    {SAMPLE("\"resourceName\":\"voice\",\"metricName\":\"m\",\"load\":1"),
	"2026-11-20T08:00:00.123Z,voice,m,1,,,\n"},
    {SAMPLE("\"resourceName\":\"voice__gw\",\"metricName\":\"a,\\\"b\\n\",\"load\":1"),
	"2026-11-20T08:00:00.123Z,voice__gw,\"a,\"\"b \",1,,,\n"},
    {SAMPLE("\"resourceName\":\"voice2__gw\",\"metricName\":\"m\",\"load\":1"), NULL},
    {SAMPLE("\"metricName\":\"m\",\"load\":1"), NULL},
    {"{\"type\":\"DeathEvent\",\"resourceName\":\"voice__gw\"}", NULL},
    {"[]", NULL},
};

START_TEST(a_sample_of_the_assembly_is_a_line)
{
	json_t *event = json_loads(cases[_i].event, 0, NULL);
	struct lm_buf b;

	ck_assert_ptr_nonnull(event);
	lm_buf_init(&b, 4096);
	ck_assert_int_eq(record_line(event, "voice", &b), cases[_i].line != NULL);
	ck_assert_str_eq(b.p, cases[_i].line != NULL ? cases[_i].line : "");
	lm_buf_fini(&b);
	json_decref(event);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("cli/record");
	TCase *tc = tcase_create("lines");

	tcase_add_loop_test(tc, a_sample_of_the_assembly_is_a_line, 0, LM_COUNT(cases));
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
