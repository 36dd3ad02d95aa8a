/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "lm/drivers/local/env.h"

static struct lm_arena *arena;
static struct lm_buf joined;

static void setup(void)
{
	arena = lm_arena_new();
	lm_buf_init(&joined, 4096);
}

static void teardown(void)
{
	lm_buf_fini(&joined);
	lm_arena_free(arena);
}

/* The environment of a Start with these properties, a line each. */
static const char *environment(struct lm_kv *properties, size_t n, const char *url)
{
	struct step_request rq = {
	    .step = "step-7",
	    .resource_id = "id-1",
	    .resource_name = "voice__gw__kamailio",
	    .action = "Start",
	    .properties = {properties, n},
	};
	char **env = env_build(arena, &rq,
	    &(struct env_conf){
		.output = "/run/lm/out",
		.metrics_url = url,
		.metrics_token = url != NULL ? "id-1.proof" : NULL,
	    });

	for (size_t i = 0; env[i] != NULL; i++)
		lm_buf_printf(&joined, "%s\n", env[i]);
	return joined.p;
}

#define OURS                                   \
	"PATH=/usr/sbin:/usr/bin:/sbin:/bin\n" \
	"LM_OUTPUT=/run/lm/out\n"              \
	"LM_SERVICES=/run/lm/services\n"       \
	"LM_RESOURCE=voice__gw__kamailio\n"    \
	"LM_INSTANCE_ID=id-1\n"                \
	"LM_TRANSITION=Start\n"                \
	"LM_STEP=step-7\n"                     \
	"LM_METRIC_KEY=id-1\n"

START_TEST(a_script_sees_its_properties_and_ours_and_nothing_of_the_managers)
{
	struct lm_kv p[] = {{"port", "5060"}, {"unset", NULL}, {"empty", ""}};

	setenv("LM_LEAK", "secret", 1);
	ck_assert_str_eq(environment(p, 3, "http://10.1.0.254:80/api/metrics"),
	    OURS "LM_METRICS_URL=http://10.1.0.254:80/api/metrics\n"
		 "LM_METRICS_TOKEN=id-1.proof\n"
		 "port=5060\n"
		 "empty=\n");
}
END_TEST

START_TEST(without_a_management_network_there_is_no_place_to_post_metrics_to)
{
	ck_assert_str_eq(environment(NULL, 0, NULL), OURS);
}
END_TEST

START_TEST(characters_that_no_shell_variable_has_become_underscores)
{
	struct lm_kv p[] = {{"a.b-c d=e", "1=2"}, {"sch\xc3\xb6n", "x"}};

	ck_assert_str_eq(environment(p, 2, NULL), OURS "a_b_c_d_e=1=2\nsch__n=x\n");
}
END_TEST

START_TEST(no_property_replaces_ours)
{
	struct lm_kv p[] = {{"PATH", "/tmp"}, {"LM.STEP", "other"}, {"LM.METRICS.TOKEN", "x"}};

	ck_assert_str_eq(
	    environment(p, 3, "u"), OURS "LM_METRICS_URL=u\nLM_METRICS_TOKEN=id-1.proof\n");
}
END_TEST

START_TEST(of_two_properties_that_become_the_same_name_the_later_holds)
{
	struct lm_kv p[] = {{"a.b", "1"}, {"ab", "2"}, {"a-b", "3"}};

	ck_assert_str_eq(environment(p, 3, NULL), OURS "a_b=3\nab=2\n");
}
END_TEST

static const char *outputs(const char *text)
{
	struct lm_kvs out;
	struct lm_err *e = outputs_parse(arena, text, &out);

	if (e != NULL) {
		lm_buf_puts(&joined, lm_err_text(e));
		lm_err_free(e);
		return joined.p;
	}
	for (size_t i = 0; i < out.n; i++)
		lm_buf_printf(&joined, "%s|%s;", out.v[i].name, out.v[i].value);
	return joined.p;
}

static const struct {
	const char *text, *result;
} written[] = {
    {"", ""},
    {"a=1\nb=2\n", "a|1;b|2;"},
    {"\n\na=1\n\n", "a|1;"},
    {"a=1", "a|1;"},
    {"a=\n", "a|;"},
    {"a=b=c d\n", "a|b=c d;"},
    {"a=1\nb=2\na=3\n", "a|3;b|2;"},
    {"a=1\nrubbish\n", "line 2 of LM_OUTPUT is not of the form name=value"},
    {"=1\n", "line 1 of LM_OUTPUT is not of the form name=value"},
    {" a=1\n", "line 1 of LM_OUTPUT is not of the form name=value"},
    {"1a=1\n", "line 1 of LM_OUTPUT is not of the form name=value"},
};

START_TEST(outputs_are_lines_of_name_and_value)
{
	ck_assert_str_eq(outputs(written[_i].text), written[_i].result);
}
END_TEST

START_TEST(outputs_have_a_limit)
{
	struct lm_buf b;

	lm_buf_init(&b, 16384);
	for (int i = 0; i <= OUTPUTS_MAX; i++)
		lm_buf_printf(&b, "n%d=x\n", i);
	ck_assert_str_eq(outputs(b.p), "LM_OUTPUT has more than 256 names");
	lm_buf_fini(&b);
}
END_TEST

static const struct {
	const char *dirty, *clean;
	size_t n;
} texts[] = {
    {"plain\ttext\r\n", "plain\ttext\r\n", 12},
    {"gr\xc3\xbc\xc3\x9f dich \xe2\x82\xac \xf0\x9f\x98\x80",
	"gr\xc3\xbc\xc3\x9f dich \xe2\x82\xac \xf0\x9f\x98\x80", 20},
    {"\x1b[1m\x7f", "?[1m?", 5},
    {"a\0b", "a?b", 3},
    {"\xff\xfe", "??", 2},
    {"cut \xe2\x82", "cut ??", 6},
    {"long \xc0\xaf", "long ??", 7},
    {"half \xed\xa0\x80", "half ???", 8},
    {"far \xf4\x90\x80\x80", "far ????", 8},
};

START_TEST(what_a_program_wrote_becomes_text)
{
	char p[64];

	memcpy(p, texts[_i].dirty, texts[_i].n);
	p[texts[_i].n] = '\0';
	text_clean(p, texts[_i].n);
	ck_assert_str_eq(p, texts[_i].clean);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("local/env");
	TCase *in = tcase_create("into a script"), *out = tcase_create("out of a script");

	tcase_add_checked_fixture(in, setup, teardown);
	tcase_add_test(in, a_script_sees_its_properties_and_ours_and_nothing_of_the_managers);
	tcase_add_test(in, without_a_management_network_there_is_no_place_to_post_metrics_to);
	tcase_add_test(in, characters_that_no_shell_variable_has_become_underscores);
	tcase_add_test(in, no_property_replaces_ours);
	tcase_add_test(in, of_two_properties_that_become_the_same_name_the_later_holds);
	suite_add_tcase(s, in);
	tcase_add_checked_fixture(out, setup, teardown);
	tcase_add_loop_test(out, outputs_are_lines_of_name_and_value, 0, (int)LM_COUNT(written));
	tcase_add_test(out, outputs_have_a_limit);
	tcase_add_loop_test(out, what_a_program_wrote_becomes_text, 0, (int)LM_COUNT(texts));
	suite_add_tcase(s, out);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
