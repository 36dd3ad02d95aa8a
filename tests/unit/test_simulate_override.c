/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "lm/simulate/override.h"
#include "tosca/graph/graph.h"
#include "tosca/link/check.h"

static const char resources[] = "name: resource::server::1.0\n"
				"lifecycle: [Install, Uninstall]\n"
				"metrics: {load: {type: 'metric::load', publication-period: 1}}\n";

#define HEAD                                      \
	"name: assembly::service::1.0\n"          \
	"composition:\n"                          \
	"  gw: {type: 'resource::server::1.0'}\n" \
	"  pool: {type: 'resource::server::1.0', cluster: {minimum-nodes: 1, maximum-nodes: 4}}\n"

/* The same policy, as people write it. */
static const char *const styles[] = {
    HEAD "policies:\n"
	 "  grow:\n"
	 "    type: policy::scale\n"
	 "    metric: gw.load\n"
	 "    target: pool\n"
	 "    properties:\n"
	 "      scaleOut_threshold:\n"
	 "        value: 58\n"
	 "      scaleIn_threshold:\n"
	 "        value: 28\n"
	 "      smoothing:\n"
	 "        value: 3\n",
    HEAD
    "policies:\n"
    "  grow:\n"
    "    type: policy::scale\n"
    "    metric: gw.load\n"
    "    target: pool\n"
    "    properties: {scaleOut_threshold: 58, scaleIn_threshold: '28', smoothing: {value: 3}}\n",
    HEAD "policies: # what scales\n"
	 "    grow: {type: 'policy::scale', metric: gw.load, target: pool,\n"
	 "      properties: {\n"
	 "        scaleOut_threshold: 58, # percent\n"
	 "        scaleIn_threshold: 28, smoothing: 3}}\n"
	 "---\n"
	 "name: assembly::other::1.0\n",
    "{\"name\": \"assembly::service::1.0\", \"composition\": {\"gw\": {\"type\": "
    "\"resource::server::1.0\"},\n"
    " \"pool\": {\"type\": \"resource::server::1.0\", \"cluster\": {\"minimum-nodes\": 1, "
    "\"maximum-nodes\": 4}}},\n"
    " \"policies\": {\"grow\": {\"type\": \"policy::scale\", \"metric\": \"gw.load\", \"target\": "
    "\"pool\",\n"
    "  \"properties\": {\"scaleOut_threshold\": 58, \"scaleIn_threshold\": {\"value\": 28}, "
    "\"smoothing\": 3}}}}\n",
};

static struct catalog *catalog;
static struct lm_buf warnings;

static void setup(void)
{
	catalog = catalog_new();
	catalog_put(catalog, "server.yml", resources, strlen(resources));
	lm_buf_init(&warnings, 65536);
}

static void teardown(void)
{
	catalog_free(catalog);
	lm_buf_fini(&warnings);
}

static void put(const char *text)
{
	catalog_put(catalog, text[0] == '{' ? "service.json" : "service.yml", text, strlen(text));
	catalog_check(catalog);
}

static void set(const char *what)
{
	struct lm_err *e =
	    override_apply(catalog, "assembly::service::1.0", "grow", what, &warnings);

	ck_assert_msg(e == NULL, "%s", e != NULL ? lm_err_text(e) : "");
}

static struct lm_err *refused(const char *what)
{
	struct lm_err *e =
	    override_apply(catalog, "assembly::service::1.0", "grow", what, &warnings);

	ck_assert_ptr_nonnull(e);
	return e;
}

/* "58/28/3/-": thresholds, smoothing, target load. */
static void assert_policy(const char *expected)
{
	LM_AUTO(diags) d = diags_new(10);
	LM_AUTO(lm_arena) arena = lm_arena_new();
	struct graph_request r = {.descriptor = "assembly::service::1.0", .instance = "s"};
	LM_AUTO(graph) g = graph_build(catalog, &r, d);
	struct graph_facts nothing = {0};
	char got[100] = "";

	ck_assert_ptr_nonnull(g);
	ck_assert_uint_eq(g->n_scales, 1);
	const struct graph_expr *of[] = {
	    &g->scales[0].out, &g->scales[0].in, &g->scales[0].smoothing_out, &g->scales[0].target};
	for (size_t i = 0; i < LM_COUNT(of); i++) {
		const char *text = graph_expr_value(g, of[i], &nothing, arena);

		snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s", i > 0 ? "/" : "",
		    text != NULL ? text : "-");
	}
	ck_assert_str_eq(got, expected);
}

START_TEST(what_is_there_gets_another_value)
{
	put(styles[_i]);
	assert_policy("58/28/3/-");
	set("scaleOut_threshold=70");
	assert_policy("70/28/3/-");
	set("scaleIn_threshold=20,smoothing=5");
	assert_policy("70/20/5/-");
}
END_TEST

START_TEST(what_is_not_there_comes_in)
{
	put(styles[_i]);
	set("target_load=50");
	assert_policy("58/28/3/50");
	set("cooldown=60, scaling_step=proportional");
	assert_policy("58/28/3/50");
}
END_TEST

START_TEST(what_has_no_value_is_taken_out)
{
	put(styles[_i]);
	set("target_load=60,scaleOut_threshold=,scaleIn_threshold=");
	assert_policy("-/-/3/60");
}
END_TEST

START_TEST(values_may_hold_commas)
{
	put(styles[_i]);
	set("schedule=Mon,Tue 08:00-18:00 = 3; Sat 10:00-14:00 = 2,smoothing=4");
	assert_policy("58/28/4/-");
}
END_TEST

START_TEST(nothing_else_in_the_file_changes)
{
	put(styles[2]);
	set("smoothing=4");
	ck_assert_ptr_nonnull(catalog_find(catalog, "assembly::other::1.0"));
	ck_assert_uint_eq(catalog_file_count(catalog), 2);
}
END_TEST

static const struct {
	const char *set, *why;
} bad[] = {
    {"scaleOut_treshold=70",
	"a scale policy has no property 'scaleOut_treshold'; did you mean 'scaleOut_threshold'?"},
    {"colour=red", "a scale policy has no property 'colour'"},
    {"maximum_heals=3", "a scale policy has no property 'maximum_heals'"},
    {"70", "--policy needs a property and its value, like cooldown=60, not '70'"},
    {"=70", "--policy needs a property and its value"},
    {"smoothing=4,", "--policy smoothing=4,:\n"},
    {"scaleOut_threshold=high", "service.yml:"},
    {"scaleOut_threshold=20", "LM0403"},
};

START_TEST(what_cannot_be_says_why)
{
	put(styles[0]);
	struct lm_err *e = refused(bad[_i].set);
	ck_assert_msg(strstr(lm_err_text(e), bad[_i].why) != NULL, "%s", lm_err_text(e));
	lm_err_free(e);
}
END_TEST

START_TEST(what_is_no_plain_value_is_left_alone)
{
	put(HEAD
	    "properties: {a: &n {default: 58}}\n"
	    "policies:\n"
	    "  grow: {type: 'policy::scale', metric: gw.load, target: pool,\n"
	    "    properties: {scaleOut_threshold: &x 58, scaleIn_threshold: 28, smoothing: *x}}\n");
	struct lm_err *e = refused("smoothing=2");
	ck_assert_str_eq(lm_err_text(e), "'smoothing' of policy 'grow' cannot be set from outside: "
					 "what stands in service.yml is "
					 "no plain value");
	lm_err_free(e);
}
END_TEST

START_TEST(what_the_compiler_warns_of_is_told)
{
	put(styles[0]);
	set("scaleIn_guard=false,scaleIn_threshold=40");
	ck_assert_msg(strstr(warnings.p, "warning") != NULL, "%s", warnings.p);
	ck_assert_ptr_nonnull(
	    strstr(warnings.p, "with scaleIn_guard=false,scaleIn_threshold=40:\n"));
}
END_TEST

START_TEST(what_was_to_be_warned_of_before_is_not_told_again)
{
	put(HEAD "policies:\n"
		 "  grow: {type: 'policy::scale', metric: gw.load, target: pool, properties:\n"
		 "    {scaleOut_threshold: 58, scaleIn_threshold: 40, scaleIn_guard: 'false'}}\n");
	set("smoothing=4");
	ck_assert_str_eq(warnings.p, "");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("simulate/override");
	TCase *tc = tcase_create("overrides");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, what_is_there_gets_another_value, 0, LM_COUNT(styles));
	tcase_add_loop_test(tc, what_is_not_there_comes_in, 0, LM_COUNT(styles));
	tcase_add_loop_test(tc, what_has_no_value_is_taken_out, 0, LM_COUNT(styles));
	tcase_add_loop_test(tc, values_may_hold_commas, 0, LM_COUNT(styles));
	tcase_add_test(tc, nothing_else_in_the_file_changes);
	tcase_add_loop_test(tc, what_cannot_be_says_why, 0, LM_COUNT(bad));
	tcase_add_test(tc, what_is_no_plain_value_is_left_alone);
	tcase_add_test(tc, what_the_compiler_warns_of_is_told);
	tcase_add_test(tc, what_was_to_be_warned_of_before_is_not_told_again);
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
