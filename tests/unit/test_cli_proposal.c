/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "lm/cli/render/proposal.h"

static struct lm_buf out;
static const struct render plain = {.colour = false};

static void setup(void)
{
	lm_buf_init(&out, 65536);
}

static void teardown(void)
{
	lm_buf_fini(&out);
}

#define STEP(action, subject, silent)                                                           \
	"{\"action\":\"" action "\",\"subject\":\"" subject "\",\"why\":\"calls has changed\"," \
	"\"silent\":" silent ",\"after\":[]}"
#define BODY(properties)                                                                     \
	"{\"assemblyName\":\"v\",\"descriptorName\":\"assembly::v::1.0\",\"intendedState\":" \
	"\"Active\",\"properties\":" properties "}"
#define THERE                                                                                   \
	"{\"name\":\"v\",\"descriptorName\":\"assembly::v::1.0\",\"intendedState\":\"Active\"," \
	"\"properties\":[{\"name\":\"calls\",\"value\":\"8\"},{\"name\":\"codec\",\"value\":"   \
	"\"g711\"}]}"

static bool proposes_with(
    const char *body, const char *there, const char *steps, const char *warnings)
{
	json_t *b = json_loads(body, 0, NULL);
	json_t *p = json_pack("{s:o?, s:o?}", "steps", json_loads(steps, 0, NULL), "warnings",
	    json_loads(warnings, 0, NULL));
	json_t *t = there != NULL ? json_loads(there, 0, NULL) : NULL;

	ck_assert(b != NULL && p != NULL && (t != NULL || there == NULL));
	bool changes = render_proposal(&plain, &(struct proposal){b, t, p}, &out);
	json_decref(b);
	json_decref(t);
	json_decref(p);
	return changes;
}

static bool proposes(const char *body, const char *there, const char *steps)
{
	return proposes_with(body, there, steps, "[]");
}

START_TEST(what_is_given_in_vain_is_said_before_somebody_agrees)
{
	ck_assert(!proposes_with(BODY("{}"), THERE, "[]",
	    "[\"'cals' is no property of assembly::v::1.0, so nothing uses it\"]"));
	ck_assert_str_eq(out.p, "v: nothing to do\n"
				"  warning: 'cals' is no property of assembly::v::1.0, so nothing "
				"uses it\n");
}
END_TEST

START_TEST(what_is_not_there_is_created_with_its_properties)
{
	ck_assert(proposes(BODY("{\"calls\":\"8\"}"), NULL,
	    "[" STEP("Create", "v__gw", "true") "," STEP("Install", "v__gw", "false") "," STEP(
		"Start", "v__gw", "false") "," STEP("Create", "v__list__1", "false") "]"));
	ck_assert_str_eq(out.p, "v: create from assembly::v::1.0, Active\n"
				"  + calls: 8\n"
				"  +  gw  Install Start  calls has changed\n"
				"  1 to make, 1 relationship: 3 steps\n");
}
END_TEST

START_TEST(an_upgrade_shows_each_value_before_and_after)
{
	ck_assert(proposes(BODY("{\"calls\":\"12\",\"codec\":null,\"other\":\"x\"}"), THERE,
	    "[" STEP("Uninstall", "v__gw", "false") "," STEP("Install", "v__gw", "false") "," STEP(
		"Reconfigure", "v__pbx", "false") "," STEP("Uninstall", "v__old", "false") "]"));
	ck_assert_str_eq(out.p, "v: upgrade\n"
				"  ~ calls: 8 -> 12\n"
				"  ~ codec: g711 -> (default)\n"
				"  ~ other: (default) -> x\n"
				"  -/+  gw   Uninstall Install  calls has changed\n"
				"  ~    pbx  Reconfigure        calls has changed\n"
				"  -    old  Uninstall          calls has changed\n"
				"  1 to make anew, 1 to change, 1 to remove: 4 steps\n");
}
END_TEST

START_TEST(what_is_as_the_file_says_is_nothing_to_do)
{
	ck_assert(!proposes(BODY("{\"calls\":\"8\"}"), THERE, "[]"));
	ck_assert_str_eq(out.p, "v: nothing to do\n");
}
END_TEST

START_TEST(another_state_or_descriptor_is_a_change_without_a_step_too)
{
	ck_assert(proposes("{\"assemblyName\":\"v\",\"descriptorName\":\"assembly::v::1.1\","
			   "\"intendedState\":\"Inactive\"}",
	    THERE, "[]"));
	ck_assert_str_eq(out.p, "v: upgrade\n"
				"  ~ descriptorName: assembly::v::1.0 -> assembly::v::1.1\n"
				"  ~ intendedState: Active -> Inactive\n");
}
END_TEST

START_TEST(many_components_do_not_fill_the_screen)
{
	struct lm_buf plan;
	size_t lines = 0;

	lm_buf_init(&plan, 1 << 20);
	for (int i = 0; i < 1000; i++)
		lm_buf_printf(&plan, "%c{\"action\":\"Install\",\"subject\":\"v__c%d\"}",
		    i == 0 ? '[' : ',', i);
	lm_buf_puts(&plan, "]");
	ck_assert(proposes(BODY("{}"), NULL, plan.p));
	for (const char *c = out.p; *c != '\0'; c++)
		lines += *c == '\n';
	ck_assert_uint_eq(lines, 43);
	ck_assert_ptr_nonnull(strstr(out.p, "and 960 more"));
	ck_assert_ptr_nonnull(strstr(out.p, "1000 to make: 1000 steps\n"));
	lm_buf_fini(&plan);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lm/cli/proposal");
	TCase *t = tcase_create("what an apply would do");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, what_is_given_in_vain_is_said_before_somebody_agrees);
	tcase_add_test(t, what_is_not_there_is_created_with_its_properties);
	tcase_add_test(t, an_upgrade_shows_each_value_before_and_after);
	tcase_add_test(t, what_is_as_the_file_says_is_nothing_to_do);
	tcase_add_test(t, another_state_or_descriptor_is_a_change_without_a_step_too);
	tcase_add_test(t, many_components_do_not_fill_the_screen);
	suite_add_tcase(s, t);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
