/* SPDX-License-Identifier: Apache-2.0 */
/* Who is at a deployment location: what an operator may not take away under somebody's feet. */
#include <check.h>
#include <string.h>

#include "tests/lib/world.h"

static struct world w;

static const char text[] =
    "name: resource::wire::1.0\n"
    "lifecycle: [Install, Uninstall]\n"
    "properties: {color: {read-only: true}}\n"
    "---\n"
    "name: resource::phone::1.0\n"
    "lifecycle: [Install, Start, Stop, Uninstall]\n"
    "---\n"
    "name: assembly::desk::1.0\n"
    "properties: {where: {default: desk}}\n"
    "composition:\n"
    "  phone:\n"
    "    type: 'resource::phone::1.0'\n"
    "    properties: {deploymentLocation: {value: 'dc-${where}'}}\n"
    "---\n"
    "name: assembly::guest::1.0\n"
    "references:\n"
    "  wire: {type: 'resource::wire::^1.0', properties: {name: {value: wall},\n"
    "    deploymentLocation: {value: outside}}}\n"
    "composition: {phone: {type: 'resource::phone::1.0'}}\n";

static bool uses(const char *location)
{
	return engine_uses_location(w.engine, location);
}

static void done(struct lm_err *e)
{
	ck_assert_msg(e == NULL, "%s", e == NULL ? "" : lm_err_text(e));
	world_settle(&w);
}

static void setup(void)
{
	world_init(&w, &(struct sim_conf){.seed = 7, .min_ms = 5, .max_ms = 50});
	world_teach(&w, text);
}

static void teardown(void)
{
	world_fini(&w);
}

START_TEST(nobody_is_anywhere_in_an_empty_world)
{
	ck_assert(!uses("dc-desk"));
	ck_assert(!uses(""));
}
END_TEST

START_TEST(what_exists_is_there_until_it_has_gone)
{
	done(world_create(&w, "d", "assembly::desk::1.0"));
	ck_assert_str_eq(world_outcome(&w, "d"), "Completed");
	ck_assert(uses("dc-desk"));
	ck_assert(!uses("dc"));
	ck_assert(!uses("desk"));
	world_crash(&w);
	ck_assert(uses("dc-desk"));
	done(world_delete(&w, "d"));
	ck_assert(!uses("dc-desk"));
}
END_TEST

START_TEST(what_shall_be_is_there_before_it_exists)
{
	struct lm_err *e = world_create(&w, "d", "assembly::desk::1.0");

	ck_assert_ptr_null(e);
	ck_assert(uses("dc-desk"));
	world_settle(&w);
}
END_TEST

static struct lm_err *move_to_the_attic(void)
{
	struct lm_kv where[] = {{"where", "attic"}};
	const struct intent move = {
	    .kind = INTENT_UPGRADE, .assembly_name = "d", .properties = {where, 1}};
	char process[LM_ID_SIZE];

	return world_intent(&w, &move, process);
}

START_TEST(what_moves_is_at_both_until_it_has_moved)
{
	done(world_create(&w, "d", "assembly::desk::1.0"));
	struct lm_err *e = move_to_the_attic();
	ck_assert_ptr_null(e);
	ck_assert(uses("dc-desk"));
	ck_assert(uses("dc-attic"));
	world_settle(&w);
	ck_assert_str_eq(world_outcome(&w, "d"), "Completed");
	ck_assert(!uses("dc-desk"));
	ck_assert(uses("dc-attic"));
}
END_TEST

START_TEST(what_could_not_leave_is_still_there)
{
	done(world_create(&w, "d", "assembly::desk::1.0"));
	sim_fail(w.sim, "d__phone", "Uninstall", 1000);
	done(move_to_the_attic());
	ck_assert(strncmp(world_outcome(&w, "d"), "Failed", 6) == 0);
	ck_assert(uses("dc-desk"));
	world_crash(&w);
	ck_assert(uses("dc-desk"));
}
END_TEST

START_TEST(what_a_reference_has_found_is_where_it_was_found)
{
	struct lm_kv color[] = {{"color", "red"}};

	sim_put(w.sim, "w-1", "wall", "resource::wire::1.3", &(struct lm_kvs){color, 1});
	done(world_create(&w, "g", "assembly::guest::1.0"));
	ck_assert_str_eq(world_outcome(&w, "g"), "Completed");
	ck_assert(uses("outside"));
	done(world_delete(&w, "g"));
	ck_assert(!uses("outside"));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lm/core/view/places");
	TCase *tc = tcase_create("who is at a location");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, nobody_is_anywhere_in_an_empty_world);
	tcase_add_test(tc, what_exists_is_there_until_it_has_gone);
	tcase_add_test(tc, what_shall_be_is_there_before_it_exists);
	tcase_add_test(tc, what_moves_is_at_both_until_it_has_moved);
	tcase_add_test(tc, what_could_not_leave_is_still_there);
	tcase_add_test(tc, what_a_reference_has_found_is_where_it_was_found);
	suite_add_tcase(s, tc);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
