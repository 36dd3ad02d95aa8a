/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "lm/server/meter/prom.h"
#include "lm/server/meter/self.h"
#include "lm/server/meter/traffic.h"

/* What Prometheus is told. */

static struct lm_buf out;

static void setup(void)
{
	lm_buf_init(&out, 1 << 20);
}

static void teardown(void)
{
	lm_buf_fini(&out);
}

static void has(const char *line)
{
	ck_assert_msg(strstr(out.p, line) != NULL, "there is no '%s' in:\n%s", line, out.p);
}

START_TEST(a_family_says_what_it_is)
{
	prom_alone(&out, "lm_things", "gauge", "Things \\ \"of\"\nall kinds.", 3);
	ck_assert_str_eq(out.p, "# HELP lm_things Things \\\\ \"of\"\\nall kinds.\n"
				"# TYPE lm_things gauge\nlm_things 3\n");
}
END_TEST

START_TEST(the_value_of_a_label_may_be_anything)
{
	prom_uint(&out, "x", (struct prom_label[]){{"a", "q\"b\\s\nn"}, {"b", NULL}, {0}}, 7);
	ck_assert_str_eq(out.p, "x{a=\"q\\\"b\\\\s\\nn\",b=\"\"} 7\n");
}
END_TEST

START_TEST(a_number_is_as_short_as_it_can_be)
{
	static const double values[] = {
	    0, 53, 0.1, 1e6 + 0.5, -2, 1.5e300, NAN, INFINITY, -INFINITY};

	for (size_t i = 0; i < LM_COUNT(values); i++)
		prom_num(&out, "x", NULL, values[i]);
	ck_assert_str_eq(
	    out.p, "x 0\nx 53\nx 0.1\nx 1000000.5\nx -2\nx 1.5e+300\nx NaN\nx +Inf\nx -Inf\n");
}
END_TEST

START_TEST(a_histogram_counts_up_to_each_bound)
{
	struct histogram h = {0};

	histogram_add(&h, 500 * 1000); /* the bound is within */
	histogram_add(&h, 500 * 1000 + 1);
	histogram_add(&h, UINT64_C(11) * 1000 * 1000 * 1000);
	prom_histogram(&out, "t_seconds", (struct prom_label[]){{"r", "v"}, {0}}, &h);
	has("t_seconds_bucket{r=\"v\",le=\"0.0005\"} 1\nt_seconds_bucket{r=\"v\",le=\"0.001\"} "
	    "2\n");
	has("t_seconds_bucket{r=\"v\",le=\"10\"} 2\nt_seconds_bucket{r=\"v\",le=\"+Inf\"} 3\n");
	has("t_seconds_sum{r=\"v\"} 11.001000001\nt_seconds_count{r=\"v\"} 3\n");
}
END_TEST

START_TEST(requests_are_counted_by_pattern_and_status_however_many_there_are)
{
	static const struct route routes[] = {
	    {"GET", "/things/{}", 1, PRIVILEGE_OPEN, BODY_NONE, NULL, ""},
	    {"PUT", "/never", 1, PRIVILEGE_OPEN, BODY_NONE, NULL, ""},
	};
	struct traffic *t = traffic_new(routes, LM_COUNT(routes));

	for (int i = 0; i < 3; i++)
		traffic_count(t, &routes[0], 200, 1000);
	traffic_count(t, &routes[0], 404, 1000);
	traffic_count(t, NULL, 405, 1000);
	for (int status = 500; status < 600; status++)
		traffic_count(t, &routes[0], status, 1000);
	traffic_print(t, &out);
	has("lm_http_requests_total{method=\"GET\",route=\"/things/{}\",status=\"200\"} 3\n");
	has("lm_http_requests_total{method=\"GET\",route=\"/things/{}\",status=\"404\"} 1\n");
	has("lm_http_requests_total{method=\"\",route=\"none\",status=\"405\"} 1\n");
	has("status=\"0\"} 91\n");
	has("lm_http_request_duration_seconds_count{method=\"GET\",route=\"/things/{}\"} 104\n");
	ck_assert_ptr_null(strstr(out.p, "never"));
	traffic_free(t);
}
END_TEST

static double value_of(const char *name)
{
	char key[80];

	snprintf(key, sizeof key, "\n%s ", name);
	const char *p = strstr(out.p, key);
	ck_assert_msg(p != NULL, "%s", name);
	return strtod(p + strlen(key), NULL);
}

START_TEST(the_process_tells_of_itself)
{
	self_print(&out);
	ck_assert(value_of("process_resident_memory_bytes") > 100000);
	ck_assert(value_of("process_virtual_memory_bytes") > 100000);
	ck_assert(value_of("process_open_fds") >= 3);
	ck_assert(value_of("process_max_fds") > value_of("process_open_fds"));
	ck_assert(value_of("process_start_time_seconds") > 1.6e9);
	ck_assert(value_of("process_cpu_seconds_total") >= 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("meter");
	TCase *tc = tcase_create("meter");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_family_says_what_it_is);
	tcase_add_test(tc, the_value_of_a_label_may_be_anything);
	tcase_add_test(tc, a_number_is_as_short_as_it_can_be);
	tcase_add_test(tc, a_histogram_counts_up_to_each_bound);
	tcase_add_test(tc, requests_are_counted_by_pattern_and_status_however_many_there_are);
	tcase_add_test(tc, the_process_tells_of_itself);
	suite_add_tcase(s, tc);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
