/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "lm/server/intents.h"

static struct lm_arena *arena;
static struct intent it;

static void setup(void)
{
	arena = lm_arena_new();
	it = (struct intent){0};
}

static void teardown(void)
{
	lm_arena_free(arena);
}

static void reads(enum intent_kind kind, const char *body)
{
	struct lm_err *e = intent_read(kind, body, strlen(body), arena, &it);

	ck_assert_msg(e == NULL, "%s: %s", body, e == NULL ? "" : lm_err_text(e));
}

/* The error's text is kept in the arena. */
static const char *refusal(enum intent_kind kind, const char *body)
{
	struct lm_err *e = intent_read(kind, body, strlen(body), arena, &it);

	ck_assert_msg(e != NULL, "%s was taken", body);
	ck_assert_int_eq(lm_err_kind(e), LM_ERR_INVALID);
	const char *text = lm_arena_strdup(arena, lm_err_text(e));
	lm_err_free(e);
	return text;
}

#define ASSERT_SAYS(text, part) \
	ck_assert_msg(strstr((text), (part)) != NULL, "'%s' lacks '%s'", (text), (part))

START_TEST(a_create_has_name_descriptor_state_and_properties)
{
	reads(INTENT_CREATE, "{\"assemblyName\":\"voice\",\"descriptorName\":\"assembly::v::1.0\","
			     "\"intendedState\":\"Active\",\"properties\":{\"a\":\"b\"}}");
	ck_assert_int_eq(it.kind, INTENT_CREATE);
	ck_assert_str_eq(it.assembly_name, "voice");
	ck_assert_str_eq(it.descriptor, "assembly::v::1.0");
	ck_assert_str_eq(it.intended_state, "Active");
	ck_assert_str_eq(lm_kvs_find(&it.properties, "a"), "b");
}
END_TEST

START_TEST(values_that_are_no_text_become_text_and_null_is_unset)
{
	reads(INTENT_CREATE,
	    "{\"assemblyName\":\"v\",\"descriptorName\":\"d\",\"intendedState\":\"Active\","
	    "\"properties\":{\"n\":5060,\"r\":0.5,\"b\":true,\"l\":[1,\"x\"],\"z\":null}}");
	ck_assert_str_eq(lm_kvs_find(&it.properties, "n"), "5060");
	ck_assert_str_eq(lm_kvs_find(&it.properties, "r"), "0.5");
	ck_assert_str_eq(lm_kvs_find(&it.properties, "b"), "true");
	ck_assert_str_eq(lm_kvs_find(&it.properties, "l"), "[1,\"x\"]");
	ck_assert_ptr_null(lm_kvs_find(&it.properties, "z"));
	ck_assert_uint_eq(it.properties.n, 5);
}
END_TEST

/* It may be a secret, and have lines: a log has one for each thing it tells. */
START_TEST(what_is_no_json_is_not_repeated_where_it_is_refused)
{
	const char *text = refusal(INTENT_DELETE, "{\"assemblyName\":\"\\ud83d\\\nsecret\"}");

	ASSERT_SAYS(text, "line 2 column 0: invalid escape");
	ck_assert_ptr_null(strchr(text, '\n'));
	ck_assert_ptr_null(strstr(text, "secret"));
}
END_TEST

START_TEST(fields_that_nobody_knows_are_ignored)
{
	reads(INTENT_DELETE, "{\"assemblyName\":\"voice\",\"objectGroupId\":7,\"tags\":[]}");
	ck_assert_str_eq(it.assembly_name, "voice");
}
END_TEST

START_TEST(an_empty_text_is_none)
{
	reads(INTENT_DELETE, "{\"assemblyName\":\"voice\",\"assemblyId\":\"\"}");
	ck_assert_str_eq(it.assembly_name, "voice");
	ck_assert_ptr_null(it.assembly_id);
}
END_TEST

START_TEST(name_and_id_may_both_be_given)
{
	reads(INTENT_DELETE, "{\"assemblyName\":\"voice\",\"assemblyId\":\"17\"}");
	ck_assert_str_eq(it.assembly_name, "voice");
	ck_assert_str_eq(it.assembly_id, "17");
}
END_TEST

START_TEST(an_assembly_may_be_named_by_its_id_except_in_a_create)
{
	reads(INTENT_SCALE_OUT, "{\"assemblyId\":\"17\",\"clusterName\":\"pbx\"}");
	ck_assert_str_eq(it.assembly_id, "17");
	ck_assert_ptr_null(it.assembly_name);
	ASSERT_SAYS(
	    refusal(INTENT_CREATE,
		"{\"assemblyId\":\"17\",\"descriptorName\":\"d\",\"intendedState\":\"Active\"}"),
	    "\"assemblyName\" is missing");
}
END_TEST

START_TEST(a_scale_may_say_how_many_members_there_shall_be)
{
	reads(INTENT_SCALE_OUT, "{\"assemblyName\":\"v\",\"clusterName\":\"p\"}");
	ck_assert_uint_eq(it.quantity, 0);
	reads(INTENT_SCALE_OUT, "{\"assemblyName\":\"v\",\"clusterName\":\"p\",\"quantity\":4}");
	ck_assert_uint_eq(it.quantity, 4);
	reads(INTENT_SCALE_IN, "{\"assemblyName\":\"v\",\"clusterName\":\"p\",\"quantity\":\"2\"}");
	ck_assert_uint_eq(it.quantity, 2);
}
END_TEST

START_TEST(a_heal_names_its_component_in_one_of_three_ways)
{
	reads(INTENT_HEAL, "{\"assemblyName\":\"v\",\"brokenComponentName\":\"v__a\"}");
	ck_assert_str_eq(it.component_name, "v__a");
	reads(INTENT_HEAL, "{\"assemblyName\":\"v\",\"brokenComponentId\":\"1\"}");
	ck_assert_str_eq(it.component_id, "1");
	reads(INTENT_HEAL, "{\"assemblyName\":\"v\",\"brokenComponentMetricKey\":\"k\"}");
	ck_assert_str_eq(it.component_metric_key, "k");
	ASSERT_SAYS(refusal(INTENT_HEAL, "{\"assemblyName\":\"v\"}"), "which component");
	ASSERT_SAYS(refusal(INTENT_HEAL, "{\"assemblyName\":\"v\",\"brokenComponentName\":\"a\","
					 "\"brokenComponentId\":\"1\"}"),
	    "which component");
}
END_TEST

START_TEST(an_upgrade_says_what_shall_differ)
{
	reads(INTENT_UPGRADE, "{\"assemblyName\":\"v\"}");
	ck_assert_ptr_null(it.descriptor);
	reads(INTENT_UPGRADE, "{\"assemblyId\":\"7\",\"descriptorName\":\"d\","
			      "\"intendedState\":\"Inactive\",\"properties\":{\"a\":1}}");
	ck_assert_str_eq(it.assembly_id, "7");
	ck_assert_str_eq(it.descriptor, "d");
	ck_assert_str_eq(it.intended_state, "Inactive");
	ck_assert_str_eq(lm_kvs_find(&it.properties, "a"), "1");
}
END_TEST

START_TEST(create_or_upgrade_is_said_like_a_create)
{
	reads(INTENT_CREATE_OR_UPGRADE,
	    "{\"assemblyName\":\"v\",\"descriptorName\":\"d\",\"intendedState\":\"Active\","
	    "\"properties\":{\"a\":\"b\"},\"tags\":{},\"objectGroupId\":null}");
	ck_assert_int_eq(it.kind, INTENT_CREATE_OR_UPGRADE);
	ck_assert_str_eq(lm_kvs_find(&it.properties, "a"), "b");
}
END_TEST

START_TEST(an_adoption_tells_how_many_there_are_and_what_they_had_reported)
{
	reads(INTENT_ADOPT,
	    "{\"assemblyName\":\"v\",\"descriptorName\":\"d\",\"intendedState\":\"Active\","
	    "\"clusters\":{\"pbx\":2,\"b\":\"0\"},\"resources\":{"
	    "\"v__a\":{\"id\":\"17\",\"outputs\":{\"address\":\"10.0.0.1\",\"port\":5060}},"
	    "\"v__b\":{}}}");
	ck_assert_str_eq(lm_kvs_find(&it.clusters, "pbx"), "2");
	ck_assert_str_eq(lm_kvs_find(&it.clusters, "b"), "0");
	ck_assert_uint_eq(it.n_resources, 2);
	ck_assert_str_eq(it.resources[0].name, "v__a");
	ck_assert_str_eq(it.resources[0].id, "17");
	ck_assert_str_eq(lm_kvs_find(&it.resources[0].outputs, "port"), "5060");
	ck_assert_str_eq(it.resources[1].name, "v__b");
	ck_assert_ptr_null(it.resources[1].id);
	ck_assert_uint_eq(it.resources[1].outputs.n, 0);
}
END_TEST

START_TEST(what_is_about_a_process_names_it_in_one_of_two_spellings)
{
	static const enum intent_kind kinds[] = {INTENT_RETRY, INTENT_ROLLBACK, INTENT_CANCEL};

	for (size_t i = 0; i < LM_COUNT(kinds); i++) {
		reads(kinds[i], "{\"processId\":\"p1\"}");
		ck_assert_str_eq(it.process, "p1");
		reads(kinds[i], "{\"process_id\":\"p2\",\"assemblyName\":\"of no interest\"}");
		ck_assert_str_eq(it.process, "p2");
		ck_assert_ptr_null(it.assembly_name);
		reads(kinds[i], "{\"process_id\":\"p3\",\"processId\":\"p3\"}");
		ck_assert_str_eq(it.process, "p3");
	}
}
END_TEST

START_TEST(every_intent_waits_if_it_is_told_to)
{
	reads(INTENT_DELETE, "{\"assemblyName\":\"v\"}");
	ck_assert(!it.queue);
	reads(INTENT_DELETE, "{\"assemblyName\":\"v\",\"queue\":false}");
	ck_assert(!it.queue);
	reads(INTENT_DELETE, "{\"assemblyName\":\"v\",\"queue\":true}");
	ck_assert(it.queue);
	reads(INTENT_ROLLBACK, "{\"processId\":\"p\",\"queue\":true}");
	ck_assert(it.queue);
}
END_TEST

#define ADOPT(rest) \
	"{\"assemblyName\":\"v\",\"descriptorName\":\"d\",\"intendedState\":\"Active\"," rest "}"

static const char *const topologies[] = {
    "{\"associatedTopology\":{\"s\":{\"id\":\"17\",\"type\":\"Server\"}}}",
    "{\"s\":{\"id\":\"17\",\"type\":\"Server\"}}",
};

START_TEST(what_the_driver_had_made_may_stand_alone)
{
	char body[400];

	snprintf(body, sizeof body,
	    "{\"assemblyName\":\"v\",\"descriptorName\":\"d\",\"intendedState\":\"Active\","
	    "\"resources\":{\"v__a\":%s}}",
	    topologies[_i]);
	reads(INTENT_ADOPT, body);
	ck_assert_str_eq(
	    lm_kvs_find(&it.resources[0].topology, "s"), "{\"id\":\"17\",\"type\":\"Server\"}");
	ck_assert_ptr_null(it.resources[0].id);
}
END_TEST

static const struct {
	enum intent_kind kind;
	const char *body, *says;
} refusals[] = {
    {INTENT_DELETE, "", "not JSON"},
    {INTENT_DELETE, "{\"assemblyName\":\"v\"", "not JSON: line 1"},
    {INTENT_DELETE, "[]", "must be one object"},
    {INTENT_DELETE, "{}", "which assembly?"},
    {INTENT_DELETE, "{\"assemblyName\":\"a\",\"assemblyName\":\"b\"}", "duplicate"},
    {INTENT_DELETE, "{\"assemblyName\":7}", "\"assemblyName\" must be a text"},
    {INTENT_DELETE, "{\"assemblyName\":\"\"}", "which assembly?"},
    {INTENT_CREATE, "{\"assemblyName\":\"\"}", "\"assemblyName\" is missing"},
    {INTENT_CREATE, "{\"assemblyName\":\"v\"}", "\"descriptorName\" is missing"},
    {INTENT_CREATE, "{\"assemblyName\":\"v\",\"descriptorName\":\"d\"}",
	"Installed, Inactive or Active"},
    {INTENT_CREATE,
	"{\"assemblyName\":\"v\",\"descriptorName\":\"d\",\"intendedState\":\"Active\","
	"\"properties\":[]}",
	"\"properties\" must be an object"},
    {INTENT_CHANGE_STATE, "{\"assemblyName\":\"v\"}", "\"intendedState\" is missing"},
    {INTENT_SCALE_IN, "{\"assemblyName\":\"v\"}", "\"clusterName\" is missing"},
    {INTENT_SCALE_IN, "{\"assemblyName\":\"v\",\"clusterName\":\"p\",\"quantity\":0}",
	"a whole number from 1, not 0"},
    {INTENT_SCALE_OUT, "{\"assemblyName\":\"v\",\"clusterName\":\"p\",\"quantity\":-2}",
	"a whole number from 1, not -2"},
    {INTENT_SCALE_OUT, "{\"assemblyName\":\"v\",\"clusterName\":\"p\",\"quantity\":[]}",
	"a whole number from 1, not []"},
    {INTENT_UPGRADE, "{\"descriptorName\":\"d\"}", "which assembly?"},
    {INTENT_UPGRADE, "{\"assemblyName\":\"v\",\"descriptorName\":[]}",
	"\"descriptorName\" must be a text"},
    {INTENT_UPGRADE, "{\"assemblyName\":\"v\",\"properties\":\"a=b\"}",
	"\"properties\" must be an object: {name: value}"},
    {INTENT_CREATE_OR_UPGRADE, "{\"assemblyId\":\"7\"}", "\"assemblyName\" is missing"},
    {INTENT_CREATE_OR_UPGRADE, "{\"assemblyName\":\"v\"}", "\"descriptorName\" is missing"},
    {INTENT_ADOPT, "{\"assemblyName\":\"v\",\"descriptorName\":\"d\"}",
	"\"intendedState\" is missing"},
    {INTENT_ADOPT, ADOPT("\"clusters\":[]"), "\"clusters\" must be an object: {name: quantity}"},
    {INTENT_ADOPT, ADOPT("\"clusters\":{\"pbx\":-1}"), "cluster 'pbx': how many members"},
    {INTENT_ADOPT, ADOPT("\"clusters\":{\"pbx\":1.5}"), "must be a whole number, not 1.5"},
    {INTENT_ADOPT, ADOPT("\"clusters\":{\"pbx\":null}"), "must be a whole number, not null"},
    {INTENT_ADOPT, ADOPT("\"clusters\":{\"pbx\":12345678}"), "must be a whole number"},
    {INTENT_ADOPT, ADOPT("\"resources\":[]"), "\"resources\" must be an object"},
    {INTENT_ADOPT, ADOPT("\"resources\":{\"v__a\":7}"), "resource 'v__a': must be an object"},
    {INTENT_ADOPT, ADOPT("\"resources\":{\"v__a\":{\"id\":7}}"), "\"id\" must be a text"},
    {INTENT_ADOPT, ADOPT("\"resources\":{\"v__a\":{\"id\":\"\"}}"), "\"id\" must be a text"},
    {INTENT_ADOPT, ADOPT("\"resources\":{\"v__a\":{\"outputs\":7}}"),
	"\"outputs\" must be an object: {name: value}"},
    {INTENT_ADOPT, ADOPT("\"resources\":{\"v__a\":{\"address\":\"10.0.0.1\"}}"),
	"belongs into \"outputs\""},
    {INTENT_ADOPT, ADOPT("\"resources\":{\"v__a\":{\"associatedTopology\":{\"s\":\"7\"}}}"),
	"element 's' of \"associatedTopology\" must be an object"},
    {INTENT_ADOPT, ADOPT("\"resources\":{\"v__a\":{\"associatedTopology\":[]}}"),
	"\"associatedTopology\" must be an object"},
    {INTENT_RETRY, "{}", "\"processId\" is missing"},
    {INTENT_RETRY, "{\"processId\":7}", "\"processId\" must be a text"},
    {INTENT_CANCEL, "{\"processId\":\"a\",\"process_id\":\"b\"}", "is given twice"},
    {INTENT_ROLLBACK, "{\"processId\":\"a\",\"queue\":\"yes\"}", "\"queue\" must be true or false"},
};

START_TEST(a_body_that_does_not_fit_is_refused_with_what_is_missing)
{
	ASSERT_SAYS(refusal(refusals[_i].kind, refusals[_i].body), refusals[_i].says);
}
END_TEST

START_TEST(the_names_of_all_intents_can_be_told)
{
	ck_assert_str_eq(intent_names(), "createAssembly, changeAssemblyState, deleteAssembly, "
					 "healAssembly, scaleOutAssembly, scaleInAssembly, "
					 "upgradeAssembly, createOrUpgradeAssembly, "
					 "adoptAssembly, retry, rollback, cancel");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lm/server/intents");
	TCase *tc = tcase_create("the body of an intent");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_create_has_name_descriptor_state_and_properties);
	tcase_add_test(tc, values_that_are_no_text_become_text_and_null_is_unset);
	tcase_add_test(tc, what_is_no_json_is_not_repeated_where_it_is_refused);
	tcase_add_test(tc, fields_that_nobody_knows_are_ignored);
	tcase_add_test(tc, an_empty_text_is_none);
	tcase_add_test(tc, name_and_id_may_both_be_given);
	tcase_add_test(tc, an_assembly_may_be_named_by_its_id_except_in_a_create);
	tcase_add_test(tc, a_scale_may_say_how_many_members_there_shall_be);
	tcase_add_test(tc, a_heal_names_its_component_in_one_of_three_ways);
	tcase_add_test(tc, an_upgrade_says_what_shall_differ);
	tcase_add_test(tc, create_or_upgrade_is_said_like_a_create);
	tcase_add_test(tc, an_adoption_tells_how_many_there_are_and_what_they_had_reported);
	tcase_add_test(tc, what_is_about_a_process_names_it_in_one_of_two_spellings);
	tcase_add_test(tc, every_intent_waits_if_it_is_told_to);
	tcase_add_loop_test(tc, what_the_driver_had_made_may_stand_alone, 0,
	    (int)(sizeof topologies / sizeof topologies[0]));
	tcase_add_loop_test(
	    tc, a_body_that_does_not_fit_is_refused_with_what_is_missing, 0, LM_COUNT(refusals));
	tcase_add_test(tc, the_names_of_all_intents_can_be_told);
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
