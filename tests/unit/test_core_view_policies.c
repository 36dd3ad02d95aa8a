/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <jansson.h>
#include <string.h>

#include "tests/lib/world.h"

/* The document of the policies: what each sees and does, and why not. */

static struct world w;
static json_t *doc;

static void given_a_service(void)
{
	world_init(&w, &(struct sim_conf){.seed = 1});
	ck_assert_ptr_null(world_create(&w, "svc", "assembly::service::1.0"));
	world_settle(&w);
}

static void done(void)
{
	json_decref(doc);
	doc = NULL;
	ck_assert_msg(w.wrong == NULL, "%s", w.wrong);
	world_fini(&w);
}

static bool look(const char *assembly)
{
	struct lm_buf out;

	json_decref(doc);
	doc = NULL;
	lm_buf_init(&out, 1024 * 1024);
	bool known = engine_print_policies(w.engine, assembly, w.now_ms, &out);
	if (known)
		doc = json_loads(out.p, 0, NULL);
	lm_buf_fini(&out);
	ck_assert(!known || doc != NULL);
	return known;
}

static const json_t *policy(const char *name)
{
	const json_t *all = json_object_get(doc, "policies"), *one;

	for (size_t i = 0; (one = json_array_get(all, i)) != NULL; i++)
		if (strcmp(json_string_value(json_object_get(one, "name")), name) == 0)
			return one;
	ck_abort_msg("no policy %s", name);
}

static const char *text(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

START_TEST(each_policy_says_whom_it_acts_on)
{
	ck_assert(look("svc"));
	ck_assert_uint_eq(json_array_size(json_object_get(doc, "policies")), 3);
	const json_t *scale = policy("svc__scalePool"), *heal = policy("svc__pool__1__heal");
	ck_assert_str_eq(text(scale, "assembly"), "svc");
	ck_assert_str_eq(text(scale, "cluster"), "svc__pool");
	ck_assert_int_eq(json_integer_value(json_object_get(scale, "members")), 1);
	ck_assert_str_eq(text(heal, "component"), "svc__pool__1");
	ck_assert_str_eq(text(heal, "state"), "Active");
}
END_TEST

START_TEST(at_rest_they_see_and_show_what)
{
	world_load(&w, "svc__gw", 53);
	ck_assert(look("svc"));
	const json_t *window = json_object_get(policy("svc__scalePool"), "window");
	ck_assert(json_is_null(json_object_get(policy("svc__scalePool"), "blind")));
	ck_assert_int_eq((int)json_number_value(json_object_get(window, "load")), 53);
	ck_assert_int_eq(json_integer_value(json_object_get(window, "size")), 1);
	ck_assert_int_eq(json_integer_value(json_object_get(window, "max")), 4);
}
END_TEST

START_TEST(while_a_process_runs_they_are_blind_and_say_which)
{
	lm_err_free(world_scale(&w, "svc", "pool", true));
	ck_assert(look("svc"));
	const char *why = text(policy("svc__scalePool"), "blind");
	ck_assert_ptr_nonnull(strstr(why, "(ScaleOutAssembly) runs on 'svc'"));
	ck_assert_str_eq(text(policy("svc__gw__heal"), "blind"), why);
	world_settle(&w);
}
END_TEST

START_TEST(one_whose_component_is_not_well_says_so)
{
	lm_err_free(world_change_state(&w, "svc", "Inactive"));
	world_settle(&w);
	ck_assert(look("svc"));
	ck_assert_str_eq(text(policy("svc__gw__heal"), "blind"), "'svc__gw' is Inactive");
	ck_assert_ptr_nonnull(
	    strstr(text(policy("svc__scalePool"), "blind"), "nobody is Active who reports"));
}
END_TEST

START_TEST(without_a_name_all_assemblies_are_shown)
{
	lm_err_free(world_create(&w, "svc2", "assembly::service::1.0"));
	world_settle(&w);
	ck_assert(look(NULL));
	ck_assert_uint_eq(json_array_size(json_object_get(doc, "policies")), 6);
	ck_assert_str_eq(text(policy("svc2__gw__heal"), "assembly"), "svc2");
	ck_assert(!look("nobody"));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("core/view policies");
	TCase *tc = tcase_create("a service");

	tcase_add_checked_fixture(tc, given_a_service, done);
	tcase_add_test(tc, each_policy_says_whom_it_acts_on);
	tcase_add_test(tc, at_rest_they_see_and_show_what);
	tcase_add_test(tc, while_a_process_runs_they_are_blind_and_say_which);
	tcase_add_test(tc, one_whose_component_is_not_well_says_so);
	tcase_add_test(tc, without_a_name_all_assemblies_are_shown);
	suite_add_tcase(s, tc);

	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
