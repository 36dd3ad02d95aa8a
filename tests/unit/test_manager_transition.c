/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "lm/drivers/manager/priv.h"

/* What another resource manager is asked, and what of its answer is news.  How it goes is tests/system/managers.sh's. */

static struct lm_arena *arena;
static json_t *body;

static void setup(void)
{
	arena = lm_arena_new();
	body = NULL;
}

static void teardown(void)
{
	json_decref(body);
	lm_arena_free(arena);
}

#define KVS(...)                                                                 \
	{                                                                        \
		(struct lm_kv[]){__VA_ARGS__},                                   \
		    sizeof((struct lm_kv[]){__VA_ARGS__}) / sizeof(struct lm_kv) \
	}

static struct step_site site = {
    .base_uri = "http://arm", .location = "core", .type = "Openstack", .manager = "arm"};

static struct step_request request(void)
{
	return (struct step_request){
	    .step = "p/1",
	    .resource_id = "8c1f",
	    .resource_name = "one__box",
	    .descriptor = "resource::box::1.0",
	    .action = "Start",
	    .site = &site,
	};
}

static const char *said(const char *path)
{
	const json_t *o = json_object_get(body, "properties");
	const char *text = json_string_value(json_object_get(o, path));

	return text == NULL ? "-" : text;
}

static void print(const struct step_request *rq)
{
	struct lm_buf b;

	lm_buf_init(&b, BODY_MAX);
	transition_print(rq, transition_instance(rq, arena), &b);
	body = json_loadb(b.p, b.n, JSON_REJECT_DUPLICATES, NULL);
	ck_assert_msg(body != NULL, "%s", b.p);
	lm_buf_fini(&b);
}

START_TEST(a_transition_says_who_where_and_what)
{
	struct step_request rq = request();

	print(&rq);
	json_t *wanted = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:{s:s}, s:{}}",
	    "resourceManagerId", "arm", "deploymentLocation", "core", "resourceType",
	    "resource::box::1.0", "transitionName", "Start", "resourceName", "one__box",
	    "metricKey", "8c1f", "context", "stepId", "p/1", "properties");
	ck_assert(json_equal(body, wanted));
	json_decref(wanted);
}
END_TEST

START_TEST(a_property_of_the_operation_hides_the_resources_own_and_what_was_reported)
{
	struct step_request rq = request();

	rq.given = (struct lm_kvs)KVS({"a", "given"});
	rq.own = (struct lm_kvs)KVS({"a", "own"}, {"b", "own"}, {"unset", NULL});
	rq.kept = (struct lm_kvs)KVS({"b", "kept"}, {"c", "kept"});
	print(&rq);
	ck_assert_str_eq(said("a"), "given");
	ck_assert_str_eq(said("b"), "own");
	ck_assert_str_eq(said("c"), "kept");
	ck_assert_str_eq(said("unset"), "-");
}
END_TEST

START_TEST(what_the_manager_calls_a_resource_goes_along)
{
	struct step_request rq = request();

	rq.topology = (struct lm_kvs)KVS({RESOURCE, "{\"id\": \"theirs\", \"type\": \"x\"}"});
	print(&rq);
	ck_assert_str_eq(json_string_value(json_object_get(body, "resourceId")), "theirs");
	rq.topology = (struct lm_kvs)KVS({RESOURCE, "no JSON"});
	ck_assert_ptr_null(transition_instance(&rq, arena));
}
END_TEST

/* The outputs as "name=value ...". */
static const char *outputs(const struct step_request *rq, const char *properties)
{
	json_t *o = json_loads(properties, 0, NULL);
	struct lm_kvs all = transition_outputs(arena, rq, o);
	const char *text = "";

	for (size_t i = 0; i < all.n; i++)
		text = lm_arena_join(arena, text, all.v[i].name, "=", all.v[i].value, " ", NULL);
	json_decref(o);
	return text;
}

START_TEST(echoes_are_no_news)
{
	struct step_request rq = request();

	rq.own = (struct lm_kvs)KVS({"size", "3"}, {"address", NULL});
	rq.kept = (struct lm_kvs)KVS({"ports", "5060"});
	ck_assert_str_eq(outputs(&rq, "{\"size\": \"3\", \"ports\": \"5060\"}"), "");
	ck_assert_str_eq(
	    outputs(&rq, "{\"size\": \"4\", \"ports\": \"\", \"address\": \"10.0.0.9\"}"),
	    "size=4 ports= address=10.0.0.9 ");
	ck_assert_str_eq(
	    outputs(&rq, "{\"size\": 3, \"list\": [1, 2], \"none\": null}"), "list=[1,2] ");
	ck_assert_str_eq(outputs(&rq, "null"), "");
	ck_assert_str_eq(outputs(&rq, "[\"size\"]"), "");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("drivers/manager");
	TCase *tc = tcase_create("transitions");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_transition_says_who_where_and_what);
	tcase_add_test(
	    tc, a_property_of_the_operation_hides_the_resources_own_and_what_was_reported);
	tcase_add_test(tc, what_the_manager_calls_a_resource_goes_along);
	tcase_add_test(tc, echoes_are_no_news);
	suite_add_tcase(s, tc);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
