/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <string.h>

#include "lm/core/engine_priv.h"
#include "tests/lib/house.h"

#define ALL_ACTIVE "wire:Active lamp:Active bell:Active box:Active pool__1:Active"
#define WEB_ACTIVE "hub:Active lamp:Active bell:Active knot:Active peer:Active"

static const char *copied(const char *text)
{
	return lm_arena_strdup(w.arena, text);
}

static void heal(const char *component)
{
	ask(&(struct intent){
	    .kind = INTENT_HEAL, .assembly_name = "h", .component_name = component});
	world_settle(&w);
}

static size_t count(const char *in, const char *what)
{
	size_t n = 0;

	for (const char *at = in; (at = strstr(at, what)) != NULL; at++)
		n++;
	return n;
}

/* Until the step was asked for the n-th time; when that was. */
static int64_t until_asked(const char *component, const char *step, size_t n)
{
	while (count(asked_of(component), step) < n)
		ck_assert(world_step(&w));
	return w.now_ms;
}

/* ---- harder and harder ---------------------------------------------------------------------------- */

START_TEST(what_is_named_is_restarted_even_when_nobody_has_seen_anything)
{
	heal("h__bell");
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(asked_of(NULL), "Stop bell{low}, Start bell{low}, Integrity bell{low}");
}
END_TEST

START_TEST(relationships_are_ceased_before_a_restart_and_created_after_it)
{
	heal("h__pool__1");
	ck_assert_str_eq(asked_of(NULL),
	    "remove lamp{grey -1}@north, Stop pool__1, Start pool__1, Integrity pool__1, "
	    "add lamp{grey -1}@north");
}
END_TEST

START_TEST(what_a_restart_does_not_mend_is_rebuilt_at_once)
{
	sim_fail(w.sim, "h__bell", "Start", 1);
	heal("h__bell");
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(asked_of("bell"),
	    "Stop bell{low}, Start bell{low}, Stop bell{low}, Uninstall bell{low}, "
	    "Install bell{low}, Configure bell{low}, Start bell{low}, Integrity bell{low}");
	ck_assert_str_eq(states(), ALL_ACTIVE);
}
END_TEST

START_TEST(rebuilds_that_fail_are_tried_again_after_one_five_and_twentyfive_seconds)
{
	int64_t at[6] = {0};

	sim_fail(w.sim, "h__bell", "Start", 4);
	ask(&(struct intent){
	    .kind = INTENT_HEAL, .assembly_name = "h", .component_name = "h__bell"});
	for (size_t n = 1; n <= 5; n++)
		at[n] = until_asked("bell", "Start bell", n);
	world_settle(&w);
	ck_assert_int_lt(at[2] - at[1], 1000);
	ck_assert_int_eq((at[3] - at[2]) / 1000, 1);
	ck_assert_int_eq((at[4] - at[3]) / 1000, 5);
	ck_assert_int_eq((at[5] - at[4]) / 1000, 25);
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(states(), ALL_ACTIVE);
}
END_TEST

START_TEST(after_five_attempts_it_is_failed_and_says_why)
{
	sim_fail(w.sim, "h__bell", "Start", 5);
	world_kill(&w, "h__bell");
	world_settle(&w);
	ck_assert_uint_eq(count(asked_of("bell"), "Start bell"), 5);
	ck_assert_str_eq(
	    world_outcome(&w, "h"), "Failed: Start h__bell: simulated failure of Start");
	ck_assert_str_eq(states(), "wire:Active lamp:Active bell:Failed box:Active pool__1:Active");
}
END_TEST

START_TEST(what_has_failed_is_rebuilt_when_the_operator_asks_for_a_heal)
{
	sim_fail(w.sim, "h__bell", "Start", 5);
	heal("h__bell");
	forget();
	heal("h__bell");
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_ptr_nonnull(strstr(asked_of("bell"), "Install bell"));
	ck_assert_str_eq(states(), ALL_ACTIVE);
}
END_TEST

START_TEST(a_heal_that_failed_can_be_tried_again_with_all_its_patience)
{
	sim_fail(w.sim, "h__bell", "Start", 7);
	heal("h__bell");
	ck_assert_ptr_nonnull(strstr(outcome(), "Failed"));
	about_it(INTENT_RETRY);
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(states(), ALL_ACTIVE);
}
END_TEST

START_TEST(while_a_heal_waits_others_have_the_assembly)
{
	sim_fail(w.sim, "h__bell", "Start", 3);
	ask(&(struct intent){
	    .kind = INTENT_HEAL, .assembly_name = "h", .component_name = "h__bell"});
	const char *first = copied(process);
	while (strncmp(world_process(&w, first), "Pending", 7) != 0)
		ck_assert(world_step(&w));
	ask(&(struct intent){.kind = INTENT_SCALE_OUT, .assembly_name = "h", .cluster = "pool"});
	until_asked("lamp", "add lamp{grey -1}@north", 1);
	ck_assert_str_eq(
	    world_process(&w, first), "Pending: Start h__bell: simulated failure of Start");
	world_settle(&w);
	ck_assert_str_eq(world_process(&w, first), "Completed");
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(states(), ALL_ACTIVE " pool__2:Active");
}
END_TEST

START_TEST(what_waits_for_its_next_attempt_can_be_deleted)
{
	sim_fail(w.sim, "h__bell", "Start", 9);
	ask(&(struct intent){
	    .kind = INTENT_HEAL, .assembly_name = "h", .component_name = "h__bell"});
	const char *first = copied(process);
	while (strncmp(world_process(&w, first), "Pending", 7) != 0)
		ck_assert(world_step(&w));
	destroy();
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(world_process(&w, first), "Failed: the assembly was deleted");
	ck_assert_uint_eq(sim_installed(w.sim), 0);
}
END_TEST

START_TEST(an_upgrade_may_mend_what_waits_for_its_next_attempt)
{
	sim_fail(w.sim, "h__bell", "Start", 2);
	ask(&(struct intent){
	    .kind = INTENT_HEAL, .assembly_name = "h", .component_name = "h__bell"});
	const char *first = copied(process);
	while (strncmp(world_process(&w, first), "Pending", 7) != 0)
		ck_assert(world_step(&w));
	upgrade("tone=high");
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(world_process(&w, first), "Completed");
	ck_assert_str_eq(states(), ALL_ACTIVE);
	ck_assert_uint_eq(count(asked_of("bell"), "Install bell"), 2);
}
END_TEST

START_TEST(the_broken_one_is_named_in_three_ways)
{
	const struct component *c = engine_find_component(w.engine, "h__bell");

	ask(&(struct intent){
	    .kind = INTENT_HEAL, .assembly_name = "h", .component_id = copied(c->id)});
	world_settle(&w);
	ask(&(struct intent){
	    .kind = INTENT_HEAL, .assembly_name = "h", .component_metric_key = copied(c->id)});
	world_settle(&w);
	ck_assert_uint_eq(count(asked_of("bell"), "Start bell"), 2);
	ck_assert_str_eq(
	    refused(&(struct intent){
		.kind = INTENT_HEAL, .assembly_name = "h", .component_name = "h__door"}),
	    "not found: 'h' has no component 'h__door' ('lm describe h' shows them)");
	ck_assert_str_eq(refused(&(struct intent){.kind = INTENT_HEAL, .assembly_name = "h"}),
	    "invalid: brokenComponentName is missing");
}
END_TEST

/* ---- several at once ------------------------------------------------------------------------------- */

START_TEST(two_that_die_at_once_are_both_healed)
{
	world_kill(&w, "h__bell");
	world_kill(&w, "h__lamp");
	world_settle(&w);
	ck_assert_str_eq(states(), ALL_ACTIVE);
	ck_assert_str_eq(links(), "lit__1{address-1}");
	ck_assert_uint_eq(count(asked_of("bell"), "Start bell"), 1);
	ck_assert_uint_eq(count(asked_of("lamp"), "Start lamp"), 1);
}
END_TEST

START_TEST(what_nobody_heals_is_healed_with_the_next_that_is)
{
	world_kill(&w, "h__box");
	world_settle(&w);
	ck_assert_str_eq(states(), "wire:Active lamp:Active bell:Active box:Broken pool__1:Active");
	heal("h__bell");
	ck_assert_str_eq(states(), ALL_ACTIVE);
}
END_TEST

START_TEST(what_cannot_be_healed_does_not_keep_others_from_it)
{
	sim_fail(w.sim, "h__bell", "Start", 20);
	world_kill(&w, "h__bell");
	world_kill(&w, "h__lamp");
	world_settle(&w);
	ck_assert_str_eq(states(), "wire:Active lamp:Active bell:Failed box:Active pool__1:Active");
	ck_assert_str_eq(links(), "lit__1{address-1}");
}
END_TEST

START_TEST(both_ends_of_a_relationship_may_die)
{
	world_kill(&w, "h__pool__1");
	world_destroy(&w, "h__lamp");
	world_settle(&w);
	ck_assert_str_eq(states(), ALL_ACTIVE);
	ck_assert_str_eq(links(), "lit__1{address-1}");
}
END_TEST

/* ---- relationships --------------------------------------------------------------------------------- */

START_TEST(a_relationship_that_fails_in_a_heal_is_tried_again_without_a_rebuild)
{
	sim_fail(w.sim, "h__lamp", "add", 1);
	world_kill(&w, "h__pool__1");
	world_settle(&w);
	ck_assert_str_eq(world_outcome(&w, "h"), "Completed");
	ck_assert_str_eq(links(), "lit__1{address-1}");
	ck_assert_ptr_null(strstr(asked_of("pool__1"), "Install"));
	ck_assert_ptr_null(strstr(asked_of("lamp"), "Install"));
}
END_TEST

START_TEST(a_member_that_comes_while_its_target_is_ill_is_connected_by_the_heal)
{
	sim_fail(w.sim, "h__lamp", "Start", 3);
	world_kill(&w, "h__lamp");
	until_asked("lamp", "Start lamp", 2);
	while (engine_find_instance(w.engine, "h")->running != NULL)
		ck_assert(world_step(&w));
	ask(&(struct intent){.kind = INTENT_SCALE_OUT, .assembly_name = "h", .cluster = "pool"});
	world_settle(&w);
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(states(), ALL_ACTIVE " pool__2:Active");
	ck_assert_str_eq(links(), "lit__1{address-1} lit__2{address-1}");
}
END_TEST

START_TEST(a_member_that_goes_while_its_target_is_ill_just_goes)
{
	scale(true);
	forget();
	sim_fail(w.sim, "h__lamp", "Start", 3);
	world_kill(&w, "h__lamp");
	until_asked("lamp", "Start lamp", 2);
	while (engine_find_instance(w.engine, "h")->running != NULL)
		ck_assert(world_step(&w));
	scale(false);
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(states(), ALL_ACTIVE);
	ck_assert_str_eq(links(), "lit__1{address-1}");
}
END_TEST

/* ---- new values ------------------------------------------------------------------------------------ */

START_TEST(the_new_address_of_what_was_rebuilt_reaches_everybody)
{
	world_destroy(&w, "h__hub");
	world_settle(&w);
	ck_assert_str_eq(world_outcome(&w, "h"), "Completed");
	ck_assert_str_eq(states(), WEB_ACTIVE);
	ck_assert_ptr_nonnull(strstr(asked_of("knot"), "Install knot{-2}"));
	ck_assert_str_eq(asked_of("bell"), "");
	ck_assert_str_eq(asked_of("peer"), "");
	ck_assert_ptr_nonnull(strstr(asked_of("lamp"), "Reconfigure lamp{-2}"));
	ck_assert_ptr_null(strstr(asked_of("lamp"), "Install"));
}
END_TEST

START_TEST(relationships_of_others_are_ceased_with_the_old_value_and_created_with_the_new)
{
	world_destroy(&w, "h__hub");
	world_settle(&w);
	const char *asked = asked_of("lamp"), *gone = strstr(asked, "remove lamp{-1 -1}"),
		   *back = strstr(asked, "add lamp{-2 -1}");
	ck_assert_ptr_nonnull(gone);
	ck_assert_ptr_nonnull(back);
	ck_assert(gone < back);
}
END_TEST

START_TEST(a_relationship_may_be_the_only_one_that_a_new_value_reaches)
{
	world_teach(&w,
	    "name: assembly::rumour::1.0\n"
	    "composition:\n"
	    "  hub: {type: 'resource::knot::1.0'}\n"
	    "  lamp: {type: 'resource::lamp::1.0'}\n"
	    "  peer: {type: 'resource::peer::1.0'}\n"
	    "relationships:\n"
	    "  told: {source-capabilities: [peer.node], target-requirements: [lamp.plugs],\n"
	    "    source-state: Active, target-state: Active, source-state-modifier: post,\n"
	    "    target-state-modifier: post,\n"
	    "    properties: {who: '${source.address}', note: '${hub.address}'},\n"
	    "    lifecycle: {Create: [target.add], Cease: [target.remove]}}\n");
	destroy();
	build("assembly::rumour::1.0", "");
	forget();
	world_destroy(&w, "h__hub");
	world_settle(&w);
	ck_assert_str_eq(asked_of("lamp"), "remove lamp{-1 -1}, add lamp{-2 -1}");
}
END_TEST

START_TEST(a_restart_brings_nothing_new_to_anybody)
{
	world_kill(&w, "h__hub");
	world_settle(&w);
	ck_assert_str_eq(asked_of("knot"), "");
	ck_assert_str_eq(asked_of("lamp"), "");
}
END_TEST

START_TEST(whoever_was_restarted_meanwhile_gets_what_it_was_not_installed_with)
{
	world_destroy(&w, "h__hub");
	world_kill(&w, "h__knot");
	world_settle(&w);
	ck_assert_str_eq(states(), WEB_ACTIVE);
	ck_assert_ptr_nonnull(strstr(asked_of("knot"), "Install knot{-2}"));
}
END_TEST

START_TEST(a_volatile_value_that_came_with_a_restart_is_taken_over_as_well)
{
	world_destroy(&w, "h__hub");
	world_kill(&w, "h__lamp");
	world_settle(&w);
	ck_assert_str_eq(states(), WEB_ACTIVE);
	const char *asked = asked_of("lamp");
	ck_assert(strstr(asked, "Install lamp{-2}") != NULL ||
		  strstr(asked, "Reconfigure lamp{-2}") != NULL);
}
END_TEST

START_TEST(new_values_reach_whoever_takes_them_from_a_consumer)
{
	world_destroy(&w, "h__first");
	world_settle(&w);
	ck_assert_str_eq(states(), "first:Active left:Active right:Active last:Active");
	ck_assert_ptr_nonnull(strstr(asked_of("left"), "Install left{-2}"));
	ck_assert_str_eq(asked_of("right"), "");
	ck_assert_uint_eq(count(asked_of("last"), "Install last"), 1);
}
END_TEST

START_TEST(what_is_built_on_a_network_is_rebuilt_with_it)
{
	world_destroy(&w, "h__wire");
	heal("h__wire");
	ck_assert_str_eq(states(), ALL_ACTIVE);
	ck_assert_str_eq(outcome(), "Completed");
}
END_TEST

/* ---- crashes ---------------------------------------------------------------------------------------- */

START_TEST(a_crash_at_any_commit_of_a_heal_loses_no_new_value)
{
	w.turns_to_crash = _i / 2;
	w.after_commit = _i % 2;
	world_destroy(&w, "h__hub");
	world_settle(&w);
	w.turns_to_crash = -1;
	ck_assert_str_eq(states(), WEB_ACTIVE);
	upgrade("");
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_ptr_nonnull(strstr(asked_of("knot"), "Start knot{-2}"));
	ck_assert_ptr_nonnull(strstr(asked_of("lamp"), "add lamp{-2 -1}"));
	forget();
	upgrade("");
	ck_assert_str_eq(asked_of(NULL), "");
}
END_TEST

START_TEST(a_crash_at_any_commit_does_not_hide_what_a_restart_has_not_mended)
{
	w.turns_to_crash = _i / 2;
	w.after_commit = _i % 2;
	world_destroy(&w, "h__hub");
	world_kill(&w, "h__knot");
	world_settle(&w);
	w.turns_to_crash = -1;
	upgrade("");
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(states(), WEB_ACTIVE);
	ck_assert_ptr_nonnull(strstr(asked_of("knot"), "Install knot{-2}"));
}
END_TEST

static TCase *situation(Suite *s, const char *name, void (*given)(void))
{
	TCase *tc = tcase_create(name);

	tcase_add_checked_fixture(tc, given, the_end);
	suite_add_tcase(s, tc);
	return tc;
}

static void add_of_a_house(TCase *tc)
{
	tcase_add_test(tc, what_is_named_is_restarted_even_when_nobody_has_seen_anything);
	tcase_add_test(tc, relationships_are_ceased_before_a_restart_and_created_after_it);
	tcase_add_test(tc, what_a_restart_does_not_mend_is_rebuilt_at_once);
	tcase_add_test(
	    tc, rebuilds_that_fail_are_tried_again_after_one_five_and_twentyfive_seconds);
	tcase_add_test(tc, after_five_attempts_it_is_failed_and_says_why);
	tcase_add_test(tc, what_has_failed_is_rebuilt_when_the_operator_asks_for_a_heal);
	tcase_add_test(tc, a_heal_that_failed_can_be_tried_again_with_all_its_patience);
	tcase_add_test(tc, while_a_heal_waits_others_have_the_assembly);
	tcase_add_test(tc, what_waits_for_its_next_attempt_can_be_deleted);
	tcase_add_test(tc, an_upgrade_may_mend_what_waits_for_its_next_attempt);
	tcase_add_test(tc, the_broken_one_is_named_in_three_ways);
	tcase_add_test(tc, two_that_die_at_once_are_both_healed);
	tcase_add_test(tc, what_nobody_heals_is_healed_with_the_next_that_is);
	tcase_add_test(tc, what_cannot_be_healed_does_not_keep_others_from_it);
	tcase_add_test(tc, both_ends_of_a_relationship_may_die);
	tcase_add_test(tc, a_relationship_that_fails_in_a_heal_is_tried_again_without_a_rebuild);
	tcase_add_test(tc, a_member_that_comes_while_its_target_is_ill_is_connected_by_the_heal);
	tcase_add_test(tc, a_member_that_goes_while_its_target_is_ill_just_goes);
	tcase_add_test(tc, what_is_built_on_a_network_is_rebuilt_with_it);
}

static void add_of_a_web(TCase *tc)
{
	tcase_add_test(tc, the_new_address_of_what_was_rebuilt_reaches_everybody);
	tcase_add_test(
	    tc, relationships_of_others_are_ceased_with_the_old_value_and_created_with_the_new);
	tcase_add_test(tc, a_relationship_may_be_the_only_one_that_a_new_value_reaches);
	tcase_add_test(tc, a_restart_brings_nothing_new_to_anybody);
	tcase_add_test(tc, whoever_was_restarted_meanwhile_gets_what_it_was_not_installed_with);
	tcase_add_test(tc, a_volatile_value_that_came_with_a_restart_is_taken_over_as_well);
	tcase_add_loop_test(tc, a_crash_at_any_commit_of_a_heal_loses_no_new_value, 0, 60);
	tcase_add_loop_test(
	    tc, a_crash_at_any_commit_does_not_hide_what_a_restart_has_not_mended, 0, 60);
}

int main(void)
{
	Suite *s = suite_create("core/heal");

	add_of_a_house(situation(s, "in a house", given_a_house));
	add_of_a_web(situation(s, "in a web", given_a_web));
	tcase_add_test(situation(s, "in a chain", given_a_chain),
	    new_values_reach_whoever_takes_them_from_a_consumer);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failures = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failures != 0;
}
