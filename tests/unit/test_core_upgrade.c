/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <string.h>

#include "tests/lib/house.h"

#define ALL_ACTIVE "wire:Active lamp:Active bell:Active box:Active pool__1:Active"

static void upgrade_to(const char *descriptor, const char *properties)
{
	ask(&(struct intent){
	    .kind = INTENT_UPGRADE,
	    .assembly_name = "h",
	    .descriptor = descriptor,
	    .properties = listed(properties),
	});
	world_settle(&w);
}

/* ---- what changes, and what does not ------------------------------------------------------------- */

START_TEST(a_changed_property_renews_its_component_alone)
{
	upgrade("color=blue");
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(states(), ALL_ACTIVE);
	ck_assert_str_eq(asked_of("wire"), "");
	ck_assert_str_eq(asked_of("bell"), "");
	ck_assert_str_eq(asked_of("box"), "");
	ck_assert_str_eq(asked_of("pool__1"), "");
}
END_TEST

START_TEST(what_is_renewed_goes_down_with_the_old_values_and_comes_up_with_the_new)
{
	upgrade("color=blue");
	ck_assert_str_eq(asked_of("lamp"),
	    "remove lamp{grey -1}@north, Stop lamp{red low}@north, Uninstall lamp{red low}@north, "
	    "Install lamp{blue low}@north, Configure lamp{blue low}@north, Start lamp{blue "
	    "low}@north, "
	    "Integrity lamp{blue low}@north, add lamp{grey -1}@north");
	ck_assert_str_eq(links(), "lit__1{address-1}");
}
END_TEST

START_TEST(a_volatile_change_is_one_reconfigure_and_relationships_stay)
{
	upgrade("tone=high");
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(asked_of(NULL), "Reconfigure lamp{red high}@north");
	ck_assert_str_eq(links(), "lit__1{address-1}");
}
END_TEST

START_TEST(without_reconfigure_a_volatile_change_is_only_recorded)
{
	upgrade("tone=high");
	ck_assert_str_eq(asked_of("bell"), "");
	forget();
	world_kill(&w, "h__bell");
	world_settle(&w);
	ck_assert_str_eq(
	    asked_of("bell"), "Stop bell{high}, Start bell{high}, Integrity bell{high}");
}
END_TEST

START_TEST(a_volatile_and_a_plain_change_together_are_a_renewal)
{
	upgrade("tone=high,color=blue");
	ck_assert_ptr_null(strstr(asked_of("lamp"), "Reconfigure"));
	ck_assert_ptr_nonnull(strstr(asked_of("lamp"), "Uninstall lamp{red low}@north, "
						       "Install lamp{blue high}@north"));
}
END_TEST

START_TEST(moving_goes_down_at_the_old_location_and_up_at_the_new)
{
	upgrade("where=south");
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(asked_of("lamp"),
	    "remove lamp{grey -1}@north, Stop lamp{red low}@north, Uninstall lamp{red low}@north, "
	    "Install lamp{red low}@south, Configure lamp{red low}@south, Start lamp{red "
	    "low}@south, "
	    "Integrity lamp{red low}@south, add lamp{grey -1}@south");
}
END_TEST

START_TEST(properties_not_named_keep_their_values)
{
	upgrade("color=blue");
	upgrade("tone=high");
	forget();
	upgrade("hue=pink");
	ck_assert_str_eq(asked_of("lamp"), "remove lamp{grey -1}@north, add lamp{pink -1}@north");
	world_kill(&w, "h__lamp");
	world_settle(&w);
	ck_assert_ptr_nonnull(strstr(asked_of("lamp"), "Start lamp{blue high}@north"));
}
END_TEST

START_TEST(an_upgrade_to_what_is_there_does_nothing)
{
	upgrade("color=red,size=1");
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(asked_of(NULL), "");
	upgrade("");
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(asked_of(NULL), "");
}
END_TEST

START_TEST(an_upgrade_there_and_back_again_does_both)
{
	upgrade("color=blue");
	forget();
	upgrade("color=red");
	ck_assert_ptr_nonnull(strstr(asked_of("lamp"), "Uninstall lamp{blue low}@north, "
						       "Install lamp{red low}@north"));
}
END_TEST

START_TEST(a_relationship_with_new_values_is_ceased_and_created_and_its_ends_stay)
{
	upgrade("hue=pink");
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(asked_of(NULL), "remove lamp{grey -1}@north, add lamp{pink -1}@north");
}
END_TEST

/* ---- another version ----------------------------------------------------------------------------- */

START_TEST(in_a_new_version_what_is_gone_is_removed_and_what_is_new_is_created)
{
	upgrade_to("assembly::house::2.0", "");
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(states(), "wire:Active lamp:Active horn:Active box:Active pool__1:Active");
	ck_assert_str_eq(asked_of("bell"), "Stop bell{low}, Uninstall bell{low}");
	ck_assert_str_eq(asked_of("horn"),
	    "Install horn{low}, Configure horn{low}, Start horn{low}, Integrity horn{low}");
	ck_assert_uint_eq(sim_installed(w.sim), 5);
}
END_TEST

START_TEST(a_component_of_a_new_type_is_made_anew_and_the_others_stay)
{
	upgrade_to("assembly::house::2.0", "");
	ck_assert_ptr_nonnull(strstr(asked_of("lamp"), "Uninstall lamp{red low}@north, Install"));
	ck_assert_str_eq(asked_of("pool__1"), "");
	ck_assert_str_eq(asked_of("wire"), "");
}
END_TEST

START_TEST(an_unknown_descriptor_is_refused_and_nothing_changes)
{
	ck_assert_str_eq(refused(&(struct intent){.kind = INTENT_UPGRADE,
			     .assembly_name = "h",
			     .descriptor = "assembly::house::9.0"}),
	    "not found: there is no descriptor 'assembly::house::9.0' in the catalog ('lm get "
	    "descriptors' lists them): did you mean 'assembly::house::2.0'?");
	ck_assert_str_eq(asked_of(NULL), "");
}
END_TEST

START_TEST(what_does_not_compile_is_refused_and_nothing_changes)
{
	const char *why = refused(&(struct intent){
	    .kind = INTENT_UPGRADE,
	    .assembly_name = "h",
	    .properties = listed("color=blue,size=many"),
	});

	ck_assert_ptr_nonnull(strstr(why, "invalid: "));
	world_settle(&w);
	ck_assert_str_eq(asked_of(NULL), "");
	upgrade("");
	ck_assert_str_eq(asked_of(NULL), "");
}
END_TEST

/* ---- pools --------------------------------------------------------------------------------------- */

START_TEST(another_quantity_changes_the_pool)
{
	upgrade("size=3");
	ck_assert_str_eq(states(), ALL_ACTIVE " pool__2:Active pool__3:Active");
	ck_assert_str_eq(links(), "lit__1{address-1} lit__2{address-1} lit__3{address-1}");
	ck_assert_str_eq(asked_of("pool__1"), "");
	upgrade("size=2");
	ck_assert_str_eq(states(), ALL_ACTIVE " pool__2:Active");
	ck_assert_str_eq(links(), "lit__1{address-1} lit__2{address-1}");
}
END_TEST

START_TEST(members_that_came_by_scaling_stay)
{
	scale(true);
	scale(true);
	forget();
	upgrade("color=blue");
	ck_assert_str_eq(states(), ALL_ACTIVE " pool__2:Active pool__3:Active");
	ck_assert_str_eq(asked_of("pool__2"), "");
	ck_assert_str_eq(links(), "lit__1{address-1} lit__2{address-1} lit__3{address-1}");
}
END_TEST

START_TEST(a_pool_can_be_scaled_after_an_upgrade)
{
	upgrade("color=blue,size=2");
	forget();
	scale(true);
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(states(), ALL_ACTIVE " pool__2:Active pool__3:Active");
	ck_assert_str_eq(asked_of("pool__2"), "");
	scale(false);
	ck_assert_str_eq(states(), ALL_ACTIVE " pool__2:Active");
}
END_TEST

/* ---- whoever depends on it ------------------------------------------------------------------------ */

START_TEST(what_is_built_on_a_network_is_made_anew_with_it)
{
	upgrade("gauge=thick");
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(states(), ALL_ACTIVE);
	ck_assert_str_eq(asked_of(NULL),
	    "Stop box, Uninstall box, Uninstall wire{thin}, Install wire{thick}, Install box, "
	    "Configure box, Start box, Integrity box");
}
END_TEST

START_TEST(whoever_takes_a_value_follows_only_when_it_has_changed)
{
	upgrade("color=blue");
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_ptr_nonnull(strstr(asked_of("left"), "Install left{-2}"));
	ck_assert_str_eq(asked_of("right"), "");
}
END_TEST

START_TEST(at_the_end_of_a_diamond_everything_is_done_once)
{
	upgrade("color=blue");
	const char *asked = asked_of("last");
	const char *install = strstr(asked, "Install last");

	ck_assert_ptr_nonnull(install);
	ck_assert_ptr_null(strstr(install + 1, "Install last"));
	ck_assert_str_eq(states(), "first:Active left:Active right:Active last:Active");
}
END_TEST

START_TEST(the_end_of_a_chain_can_be_renewed_alone)
{
	upgrade("tail=blue");
	ck_assert_str_eq(asked_of("first"), "");
	ck_assert_str_eq(asked_of("left"), "");
	ck_assert_ptr_nonnull(strstr(asked_of("last"), "Uninstall last"));
}
END_TEST

/* ---- state ------------------------------------------------------------------------------------------ */

static void upgrade_into(const char *state, const char *properties)
{
	ask(&(struct intent){
	    .kind = INTENT_UPGRADE,
	    .assembly_name = "h",
	    .intended_state = state,
	    .properties = listed(properties),
	});
	world_settle(&w);
}

START_TEST(an_upgrade_may_want_another_state)
{
	upgrade_into("Inactive", "color=blue");
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(states(), "wire:Inactive lamp:Inactive bell:Inactive box:Inactive "
				   "pool__1:Inactive");
	ck_assert_str_eq(links(), "");
	upgrade_into("Active", "");
	ck_assert_str_eq(states(), ALL_ACTIVE);
	ck_assert_str_eq(links(), "lit__1{address-1}");
}
END_TEST

START_TEST(an_upgrade_without_a_state_keeps_it)
{
	upgrade_into("Inactive", "");
	upgrade("color=blue");
	ck_assert_str_eq(states(), "wire:Inactive lamp:Inactive bell:Inactive box:Inactive "
				   "pool__1:Inactive");
}
END_TEST

START_TEST(a_volatile_change_of_what_is_not_active_is_a_renewal)
{
	upgrade_into("Inactive", "");
	forget();
	upgrade("tone=high");
	ck_assert_str_eq(asked_of("lamp"),
	    "Uninstall lamp{red low}@north, Install lamp{red high}@north, "
	    "Configure lamp{red high}@north");
}
END_TEST

/* ---- half-way ----------------------------------------------------------------------------------------- */

/* The lamp does not come up with its new color. */
static void given_an_upgrade_that_failed(void)
{
	given_a_house();
	sim_fail(w.sim, "h__lamp", "Start", 1);
	upgrade("color=blue,hue=pink");
	ck_assert_str_eq(outcome(), "Failed: Start h__lamp: simulated failure of Start");
	forget();
}

START_TEST(after_a_failed_upgrade_a_retry_finishes_it)
{
	char first[LM_ID_SIZE];

	snprintf(first, sizeof first, "%s", process);
	about_it(INTENT_RETRY);
	ck_assert_str_eq(process, first);
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(states(), ALL_ACTIVE);
	ck_assert_ptr_nonnull(strstr(asked_of("lamp"), "Start lamp{blue low}@north"));
	ck_assert_ptr_nonnull(strstr(asked_of("lamp"), "add lamp{pink -1}@north"));
	ck_assert_str_eq(links(), "lit__1{address-1}");
}
END_TEST

START_TEST(after_a_failed_upgrade_a_rollback_restores_the_former)
{
	about_it(INTENT_ROLLBACK);
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(states(), ALL_ACTIVE);
	ck_assert_ptr_nonnull(strstr(asked_of("lamp"), "Uninstall lamp{blue low}@north, "
						       "Install lamp{red low}@north"));
	ck_assert_ptr_nonnull(strstr(asked_of("lamp"), "add lamp{grey -1}@north"));
	forget();
	upgrade("color=red,hue=grey");
	ck_assert_str_eq(asked_of(NULL), "");
}
END_TEST

START_TEST(after_a_failed_upgrade_a_delete_removes_everything)
{
	destroy();
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(states(), "");
	ck_assert_uint_eq(sim_installed(w.sim), 0);
	ck_assert_ptr_nonnull(strstr(asked_of("lamp"), "Uninstall lamp{blue low}@north"));
}
END_TEST

START_TEST(after_a_failed_upgrade_a_heal_mends_what_it_is_about)
{
	world_kill(&w, "h__bell");
	world_settle(&w);
	ck_assert_str_eq(asked_of("bell"), "Stop bell{low}, Start bell{low}, Integrity bell{low}");
	ck_assert_str_eq(asked_of("lamp"), "");
}
END_TEST

START_TEST(after_a_failed_upgrade_a_scale_touches_its_members_alone)
{
	scale(true);
	ck_assert_str_eq(asked_of("pool__1"), "");
	ck_assert_str_eq(asked_of("bell"), "");
	ck_assert_ptr_nonnull(strstr(states(), "pool__2:Active"));
}
END_TEST

START_TEST(after_a_failed_upgrade_another_upgrade_builds_on_it)
{
	upgrade("color=green");
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(states(), ALL_ACTIVE);
	ck_assert_ptr_nonnull(strstr(asked_of("lamp"), "Uninstall lamp{blue low}@north, "
						       "Install lamp{green low}@north"));
	ck_assert_ptr_nonnull(strstr(asked_of("lamp"), "add lamp{pink -1}@north"));
}
END_TEST

START_TEST(a_way_down_that_failed_is_gone_with_the_old_values_when_tried_again)
{
	sim_fail(w.sim, "h__lamp", "Uninstall", 1);
	upgrade("where=south");
	ck_assert_str_eq(outcome(), "Failed: Uninstall h__lamp: simulated failure of Uninstall");
	forget();
	about_it(INTENT_RETRY);
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_ptr_nonnull(strstr(asked_of("lamp"), "Uninstall lamp{red low}@north, "
						       "Install lamp{red low}@south"));
	ck_assert_str_eq(states(), ALL_ACTIVE);
}
END_TEST

START_TEST(a_new_version_that_failed_can_be_rolled_back)
{
	sim_fail(w.sim, "h__horn", "Install", 1);
	upgrade_to("assembly::house::2.0", "");
	ck_assert_str_eq(outcome(), "Failed: Install h__horn: simulated failure of Install");
	about_it(INTENT_ROLLBACK);
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(states(), ALL_ACTIVE);
	ck_assert_uint_eq(sim_installed(w.sim), 5);
}
END_TEST

/* It was cancelled before the lamp was touched. */
static void given_an_upgrade_that_was_cancelled(void)
{
	given_a_house();
	ask(&(struct intent){.kind = INTENT_UPGRADE,
	    .assembly_name = "h",
	    .properties = listed("where=south,color=blue,tone=high")});
	about_it(INTENT_CANCEL);
	ck_assert_str_eq(outcome(), "Cancelled: cancelled by an operator");
	ck_assert_str_eq(asked_of("lamp"), "remove lamp{grey -1}@north");
	forget();
}

START_TEST(whoever_is_healed_before_the_upgrade_goes_on_follows_it)
{
	world_kill(&w, "h__lamp");
	world_settle(&w);
	ck_assert_str_eq(states(), ALL_ACTIVE);
	ck_assert_str_eq(asked_of("lamp"),
	    "Stop lamp{red low}@north, Uninstall lamp{red low}@north, Install lamp{blue "
	    "high}@south, "
	    "Configure lamp{blue high}@south, Start lamp{blue high}@south, Integrity lamp{blue "
	    "high}@south, add lamp{grey -1}@south");
}
END_TEST

START_TEST(whoever_does_not_change_is_only_restarted)
{
	world_kill(&w, "h__pool__1");
	world_settle(&w);
	ck_assert_str_eq(states(), ALL_ACTIVE);
	ck_assert_str_eq(asked_of("pool__1"), "Stop pool__1, Start pool__1, Integrity pool__1");
	ck_assert_ptr_null(strstr(asked_of("lamp"), "Install"));
}
END_TEST

START_TEST(a_heal_in_between_takes_nothing_away_from_the_upgrade)
{
	world_kill(&w, "h__pool__1");
	world_settle(&w);
	forget();
	upgrade("");
	ck_assert_ptr_nonnull(strstr(asked_of("lamp"), "Uninstall lamp{red low}@north, "
						       "Install lamp{blue high}@south"));
	ck_assert_str_eq(states(), ALL_ACTIVE);
}
END_TEST

START_TEST(a_rebuild_before_the_upgrade_goes_on_is_one_where_it_shall_be)
{
	world_destroy(&w, "h__lamp");
	world_settle(&w);
	ck_assert_str_eq(states(), ALL_ACTIVE);
	ck_assert_ptr_nonnull(strstr(asked_of("lamp"), "Uninstall lamp{red low}@north, "
						       "Install lamp{blue high}@south"));
}
END_TEST

static TCase *situation(Suite *s, const char *name, void (*given)(void))
{
	TCase *tc = tcase_create(name);

	tcase_add_checked_fixture(tc, given, the_end);
	suite_add_tcase(s, tc);
	return tc;
}

static void add_changes(TCase *tc)
{
	tcase_add_test(tc, a_changed_property_renews_its_component_alone);
	tcase_add_test(tc, what_is_renewed_goes_down_with_the_old_values_and_comes_up_with_the_new);
	tcase_add_test(tc, a_volatile_change_is_one_reconfigure_and_relationships_stay);
	tcase_add_test(tc, without_reconfigure_a_volatile_change_is_only_recorded);
	tcase_add_test(tc, a_volatile_and_a_plain_change_together_are_a_renewal);
	tcase_add_test(tc, moving_goes_down_at_the_old_location_and_up_at_the_new);
	tcase_add_test(tc, properties_not_named_keep_their_values);
	tcase_add_test(tc, an_upgrade_to_what_is_there_does_nothing);
	tcase_add_test(tc, an_upgrade_there_and_back_again_does_both);
	tcase_add_test(tc, a_relationship_with_new_values_is_ceased_and_created_and_its_ends_stay);
	tcase_add_test(tc, in_a_new_version_what_is_gone_is_removed_and_what_is_new_is_created);
	tcase_add_test(tc, a_component_of_a_new_type_is_made_anew_and_the_others_stay);
	tcase_add_test(tc, an_unknown_descriptor_is_refused_and_nothing_changes);
	tcase_add_test(tc, what_does_not_compile_is_refused_and_nothing_changes);
	tcase_add_test(tc, another_quantity_changes_the_pool);
	tcase_add_test(tc, members_that_came_by_scaling_stay);
	tcase_add_test(tc, a_pool_can_be_scaled_after_an_upgrade);
	tcase_add_test(tc, what_is_built_on_a_network_is_made_anew_with_it);
	tcase_add_test(tc, an_upgrade_may_want_another_state);
	tcase_add_test(tc, an_upgrade_without_a_state_keeps_it);
	tcase_add_test(tc, a_volatile_change_of_what_is_not_active_is_a_renewal);
	tcase_add_test(tc, a_way_down_that_failed_is_gone_with_the_old_values_when_tried_again);
	tcase_add_test(tc, a_new_version_that_failed_can_be_rolled_back);
}

int main(void)
{
	Suite *s = suite_create("core/upgrade");
	TCase *chain = situation(s, "of a chain of values", given_a_chain);
	TCase *failed = situation(s, "that failed half-way", given_an_upgrade_that_failed);
	TCase *cancelled =
	    situation(s, "that was cancelled at once", given_an_upgrade_that_was_cancelled);

	add_changes(situation(s, "of a house", given_a_house));
	tcase_add_test(chain, whoever_takes_a_value_follows_only_when_it_has_changed);
	tcase_add_test(chain, at_the_end_of_a_diamond_everything_is_done_once);
	tcase_add_test(chain, the_end_of_a_chain_can_be_renewed_alone);
	tcase_add_test(failed, after_a_failed_upgrade_a_retry_finishes_it);
	tcase_add_test(failed, after_a_failed_upgrade_a_rollback_restores_the_former);
	tcase_add_test(failed, after_a_failed_upgrade_a_delete_removes_everything);
	tcase_add_test(failed, after_a_failed_upgrade_a_heal_mends_what_it_is_about);
	tcase_add_test(failed, after_a_failed_upgrade_a_scale_touches_its_members_alone);
	tcase_add_test(failed, after_a_failed_upgrade_another_upgrade_builds_on_it);
	tcase_add_test(cancelled, whoever_is_healed_before_the_upgrade_goes_on_follows_it);
	tcase_add_test(cancelled, whoever_does_not_change_is_only_restarted);
	tcase_add_test(cancelled, a_heal_in_between_takes_nothing_away_from_the_upgrade);
	tcase_add_test(cancelled, a_rebuild_before_the_upgrade_goes_on_is_one_where_it_shall_be);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failures = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failures != 0;
}
