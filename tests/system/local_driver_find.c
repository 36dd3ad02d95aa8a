/* SPDX-License-Identifier: Apache-2.0 */
/* The driver `local` is asked for what is there already. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/local_world.h"

#define TYPE "resource::test::^1.0"

/* A network whose property "name" is "mgmt". */
static char *given_a_network(const char *id)
{
	MUST(.id = id, .action = "Install", .kind = "network",
	    .infra = {{"subnet", "10.77.0.0/24"}, {"management", "false"}},
	    .properties = {{"name", "mgmt"}, {"label", "of the house"}});
	return lm_arena_strdup(lw.arena, local_output("networkid"));
}

static enum step_failure find(const char *name)
{
	return ASK(.find = name, .type = TYPE);
}

START_TEST(what_is_installed_is_found_by_its_full_name_with_its_properties_and_outputs)
{
	const char *networkid = given_a_network("net");

	ck_assert_int_eq(find("voice__net"), STEP_NONE);
	ck_assert_str_eq(local_output("id"), "net");
	ck_assert_str_eq(local_output("label"), "of the house");
	ck_assert_str_eq(local_output("networkid"), networkid);
}
END_TEST

START_TEST(what_is_installed_is_found_by_its_property_name)
{
	given_a_network("net");
	ck_assert_int_eq(find("mgmt"), STEP_NONE);
	ck_assert_str_eq(local_output("id"), "net");
}
END_TEST

START_TEST(what_a_later_transition_reports_is_found_too)
{
	given_a_container();
	local_script("start", "echo color=green >> \"$LM_OUTPUT\"\n");
	ck_assert_int_eq(local_transition("Start"), STEP_NONE);
	ck_assert_int_eq(find("voice__box"), STEP_NONE);
	ck_assert_str_eq(local_output("color"), "green");
	ck_assert_str_eq(local_output("mgmt_address"), "10.77.0.10");
}
END_TEST

START_TEST(a_manager_that_starts_again_finds_the_same)
{
	const char *networkid = given_a_network("net");

	local_close();
	local_open();
	ck_assert_int_eq(find("mgmt"), STEP_NONE);
	ck_assert_str_eq(local_output("id"), "net");
	ck_assert_str_eq(local_output("networkid"), networkid);
}
END_TEST

START_TEST(a_name_of_nothing_is_not_found)
{
	given_a_network("net");
	ck_assert_int_eq(find("voice__net2"), STEP_RESOURCE_NOT_FOUND);
	ck_assert_str_eq(lw.got.message,
	    "no resource of type resource::test::^1.0 is called 'voice__net2' here");
}
END_TEST

START_TEST(a_thing_of_another_type_is_not_found)
{
	given_a_network("net");
	ck_assert_int_eq(
	    ASK(.find = "mgmt", .type = "resource::test::2.x"), STEP_RESOURCE_NOT_FOUND);
	ck_assert_int_eq(
	    ASK(.find = "mgmt", .type = "resource::other::1.0"), STEP_RESOURCE_NOT_FOUND);
	ck_assert_int_eq(ASK(.find = "mgmt", .type = "resource::test::1.0"), STEP_NONE);
}
END_TEST

START_TEST(two_of_one_name_are_as_bad_as_none)
{
	given_a_network("net");
	given_a_network("net2");
	ck_assert_int_eq(find("mgmt"), STEP_RESOURCE_NOT_FOUND);
	ck_assert_str_eq(lw.got.message,
	    "2 resources of type resource::test::^1.0 are called 'mgmt'; say the full name of one");
	ck_assert_int_eq(find("voice__net2"), STEP_NONE);
	ck_assert_str_eq(local_output("id"), "net2");
}
END_TEST

START_TEST(what_is_uninstalled_is_not_found_any_more)
{
	given_a_network("net");
	MUST(.id = "net", .action = "Uninstall", .kind = "network");
	ck_assert_int_eq(find("mgmt"), STEP_RESOURCE_NOT_FOUND);
}
END_TEST

/* Takes what this version has added out of a resource's folder. */
static void make_old(const char *id)
{
	const char *folder = lm_arena_printf(lw.arena, "%s/resources/%s", lw.state, id);

	ck_assert_int_eq(system(lm_arena_printf(lw.arena,
			     "rm %s/values && sed -i 's/,\"descriptor\":\"[^\"]*\"//; "
			     "s/,\"alias\":\"[^\"]*\"//' %s/tag && ! grep -q descriptor %s/tag",
			     folder, folder, folder)),
	    0);
}

START_TEST(what_an_older_version_has_installed_is_found_after_its_next_start)
{
	given_a_container();
	local_close();
	make_old("box");
	local_open();
	ck_assert_int_eq(find("voice__box"), STEP_RESOURCE_NOT_FOUND);
	ck_assert_str_eq(lw.got.message,
	    "the type of 'voice__box' is not known: an older version has installed it; stop and "
	    "start it once");
	local_script("start", "");
	ck_assert_int_eq(local_transition("Start"), STEP_NONE);
	ck_assert_int_eq(find("voice__box"), STEP_NONE);
	ck_assert_str_eq(local_output("id"), "box");
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("finding with the local driver");
	TCase *all = tcase_create("find");

	tcase_add_checked_fixture(all, local_setup, local_teardown);
	tcase_set_timeout(all, 60);
	suite_add_tcase(s, all);
	tcase_add_test(
	    all, what_is_installed_is_found_by_its_full_name_with_its_properties_and_outputs);
	tcase_add_test(all, what_is_installed_is_found_by_its_property_name);
	tcase_add_test(all, what_a_later_transition_reports_is_found_too);
	tcase_add_test(all, a_manager_that_starts_again_finds_the_same);
	tcase_add_test(all, a_name_of_nothing_is_not_found);
	tcase_add_test(all, a_thing_of_another_type_is_not_found);
	tcase_add_test(all, two_of_one_name_are_as_bad_as_none);
	tcase_add_test(all, what_is_uninstalled_is_not_found_any_more);
	tcase_add_test(all, what_an_older_version_has_installed_is_found_after_its_next_start);
	return s;
}

int main(void)
{
	return local_main(suite);
}
