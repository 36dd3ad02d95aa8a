/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <string.h>

#include "lm/core/engine_priv.h"
#include "tests/lib/house.h"

#define ALL_ACTIVE "wire:Active lamp:Active bell:Active box:Active pool__1:Active"

/* Until a step like this is in flight. */
static void until_asked(const char *component, const char *step)
{
	while (strstr(asked_of(component), step) == NULL)
		ck_assert(world_step(&w));
}

static const char *refused_about(enum intent_kind kind, const char *of)
{
	return refused(&(struct intent){.kind = kind, .process = of});
}

static const char *copied(const char *text)
{
	return lm_arena_strdup(w.arena, text);
}

/* ---- create or upgrade --------------------------------------------------------------------------- */

static void create_or_upgrade(const char *properties)
{
	ask(&(struct intent){
	    .kind = INTENT_CREATE_OR_UPGRADE,
	    .assembly_name = "h",
	    .descriptor = "assembly::house::1.0",
	    .intended_state = "Active",
	    .properties = listed(properties),
	});
	world_settle(&w);
}

START_TEST(create_or_upgrade_creates_what_is_not_there)
{
	create_or_upgrade("");
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(states(), ALL_ACTIVE);
}
END_TEST

START_TEST(create_or_upgrade_upgrades_what_is_there)
{
	create_or_upgrade("color=blue");
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_ptr_nonnull(strstr(asked_of("lamp"), "Install lamp{blue low}@north"));
	ck_assert_str_eq(asked_of("bell"), "");
	forget();
	create_or_upgrade("color=blue");
	ck_assert_str_eq(asked_of(NULL), "");
}
END_TEST

/* ---- retry ----------------------------------------------------------------------------------------- */

static void given_a_failed_create(void)
{
	given_an_empty_world();
	sim_fail(w.sim, "h__lamp", "Configure", 1);
	build("assembly::house::1.0", "");
	ck_assert_str_eq(outcome(), "Failed: Configure h__lamp: simulated failure of Configure");
	forget();
}

START_TEST(a_retry_goes_on_under_the_same_id_and_repeats_nothing)
{
	const char *first = copied(process);

	about_it(INTENT_RETRY);
	ck_assert_str_eq(process, first);
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(states(), ALL_ACTIVE);
	ck_assert_ptr_null(strstr(asked_of("pool__1"), "Install"));
}
END_TEST

START_TEST(a_retry_may_fail_and_be_tried_again)
{
	sim_fail(w.sim, "h__lamp", "Start", 1);
	about_it(INTENT_RETRY);
	ck_assert_str_eq(outcome(), "Failed: Start h__lamp: simulated failure of Start");
	about_it(INTENT_RETRY);
	ck_assert_str_eq(outcome(), "Completed");
}
END_TEST

START_TEST(what_has_succeeded_is_not_tried_again)
{
	ck_assert_str_eq(refused_about(INTENT_RETRY, process),
	    lm_arena_printf(w.arena,
		"invalid: process %s cannot be tried again: it is Completed, not Failed or "
		"Cancelled",
		process));
	ck_assert_str_eq(refused_about(INTENT_ROLLBACK, process),
	    lm_arena_printf(w.arena,
		"invalid: process %s cannot be rolled back: it is Completed, not Failed or "
		"Cancelled",
		process));
	ck_assert_str_eq(refused_about(INTENT_CANCEL, process),
	    lm_arena_printf(w.arena,
		"invalid: process %s cannot be cancelled: it is Completed already", process));
}
END_TEST

START_TEST(a_process_is_named_and_known)
{
	ck_assert_str_eq(refused_about(INTENT_RETRY, NULL), "invalid: processId is missing");
	ck_assert_str_eq(refused_about(INTENT_CANCEL, "nobody"),
	    "not found: Cannot find process with id nobody ('lm get processes' lists them)");
	ck_assert_str_eq(refused_about(INTENT_ROLLBACK, "nobody"),
	    "not found: Cannot find process with id nobody ('lm get processes' lists them)");
}
END_TEST

START_TEST(only_the_newest_process_is_taken_up_again)
{
	const char *first = copied(process);

	change_state("Active");
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_ptr_nonnull(
	    strstr(refused_about(INTENT_RETRY, first), "a later one has changed 'h'"));
	ck_assert_ptr_nonnull(
	    strstr(refused_about(INTENT_ROLLBACK, first), "a later one has changed 'h'"));
}
END_TEST

START_TEST(a_process_of_an_assembly_that_is_gone_stays_as_it_is)
{
	const char *first = copied(process);

	destroy();
	ck_assert_ptr_nonnull(
	    strstr(refused_about(INTENT_RETRY, first), "its assembly 'h' is gone"));
	ck_assert_ptr_nonnull(
	    strstr(refused_about(INTENT_ROLLBACK, first), "its assembly 'h' is gone"));
}
END_TEST

/* ---- rollback ------------------------------------------------------------------------------------- */

START_TEST(a_create_that_failed_rolls_back_to_nothing)
{
	about_it(INTENT_ROLLBACK);
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(states(), "");
	ck_assert_uint_eq(sim_installed(w.sim), 0);
}
END_TEST

START_TEST(a_scale_out_that_failed_rolls_back_to_fewer)
{
	sim_fail(w.sim, "h__pool__2", "Start", 1);
	scale(true);
	ck_assert_ptr_nonnull(strstr(outcome(), "Failed"));
	about_it(INTENT_ROLLBACK);
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(states(), ALL_ACTIVE);
	ck_assert_str_eq(links(), "lit__1{address-1}");
	ck_assert_uint_eq(sim_installed(w.sim), 5);
}
END_TEST

START_TEST(a_scale_in_that_failed_rolls_back_to_more)
{
	scale(true);
	sim_fail(w.sim, "h__pool__2", "Uninstall", 1);
	scale(false);
	ck_assert_ptr_nonnull(strstr(outcome(), "Failed"));
	about_it(INTENT_ROLLBACK);
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(states(), ALL_ACTIVE " pool__2:Active");
	ck_assert_ptr_nonnull(strstr(links(), "lit__2"));
}
END_TEST

START_TEST(a_delete_that_failed_rolls_back_to_the_whole_service)
{
	sim_fail(w.sim, "h__wire", "Uninstall", 1);
	destroy();
	ck_assert_ptr_nonnull(strstr(outcome(), "Failed"));
	about_it(INTENT_ROLLBACK);
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(states(), ALL_ACTIVE);
	ck_assert_ptr_nonnull(strstr(links(), "lit__1"));
}
END_TEST

START_TEST(a_delete_that_failed_can_be_tried_again)
{
	sim_fail(w.sim, "h__wire", "Uninstall", 1);
	destroy();
	about_it(INTENT_RETRY);
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_uint_eq(sim_installed(w.sim), 0);
}
END_TEST

START_TEST(a_change_of_state_that_failed_rolls_back_to_the_former)
{
	change_state("Inactive");
	sim_fail(w.sim, "h__bell", "Start", 1);
	change_state("Active");
	ck_assert_ptr_nonnull(strstr(outcome(), "Failed"));
	about_it(INTENT_ROLLBACK);
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(states(), "wire:Inactive lamp:Inactive bell:Inactive box:Inactive "
				   "pool__1:Inactive");
}
END_TEST

START_TEST(a_rollback_that_failed_can_be_tried_again)
{
	sim_fail(w.sim, "h__lamp", "Start", 2);
	upgrade("color=blue");
	about_it(INTENT_ROLLBACK);
	ck_assert_ptr_nonnull(strstr(outcome(), "Failed"));
	about_it(INTENT_RETRY);
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(states(), ALL_ACTIVE);
	ck_assert_ptr_nonnull(strstr(asked_of("lamp"), "Start lamp{red low}@north"));
}
END_TEST

/* ---- cancel --------------------------------------------------------------------------------------- */

static void begin_upgrade(const char *properties)
{
	ask(&(struct intent){
	    .kind = INTENT_UPGRADE,
	    .assembly_name = "h",
	    .properties = listed(properties),
	});
}

START_TEST(a_cancelled_process_ends_what_is_in_flight_and_begins_nothing)
{
	begin_upgrade("color=blue");
	until_asked("lamp", "Install lamp");
	about_it(INTENT_CANCEL);
	ck_assert_str_eq(outcome(), "Cancelled: cancelled by an operator");
	ck_assert_str_eq(states(), "wire:Active lamp:Installed bell:Active box:Active "
				   "pool__1:Active");
	ck_assert_ptr_null(strstr(asked_of("lamp"), "Configure"));
}
END_TEST

START_TEST(a_cancelled_process_can_be_tried_again)
{
	begin_upgrade("color=blue");
	until_asked("lamp", "Install lamp");
	about_it(INTENT_CANCEL);
	about_it(INTENT_RETRY);
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(states(), ALL_ACTIVE);
	ck_assert_str_eq(links(), "lit__1{address-1}");
}
END_TEST

START_TEST(a_cancelled_process_can_be_rolled_back)
{
	begin_upgrade("color=blue");
	until_asked("lamp", "Install lamp");
	about_it(INTENT_CANCEL);
	about_it(INTENT_ROLLBACK);
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(states(), ALL_ACTIVE);
	ck_assert_ptr_nonnull(strstr(asked_of("lamp"), "Start lamp{red low}@north"));
}
END_TEST

START_TEST(what_is_cancelled_during_its_last_step_is_completed)
{
	begin_upgrade("tone=high");
	until_asked("lamp", "Reconfigure");
	about_it(INTENT_CANCEL);
	ck_assert_str_eq(outcome(), "Completed");
}
END_TEST

START_TEST(a_step_that_fails_while_its_process_is_cancelled_is_a_cancel_all_the_same)
{
	sim_fail(w.sim, "h__lamp", "Install", 1);
	begin_upgrade("color=blue");
	until_asked("lamp", "Install lamp");
	about_it(INTENT_CANCEL);
	ck_assert_ptr_nonnull(strstr(outcome(), "Cancelled"));
	about_it(INTENT_RETRY);
	ck_assert_str_eq(states(), ALL_ACTIVE);
}
END_TEST

START_TEST(a_process_that_waits_is_cancelled_and_never_begins)
{
	begin_upgrade("color=blue");
	ask(&(struct intent){.kind = INTENT_DELETE, .assembly_name = "h", .queue = true});
	ck_assert_str_eq(outcome(), "Pending");
	about_it(INTENT_CANCEL);
	ck_assert_str_eq(outcome(), "Cancelled: cancelled by an operator");
	ck_assert_str_eq(states(), ALL_ACTIVE);
}
END_TEST

START_TEST(what_was_cancelled_before_it_began_can_be_asked_for_again_but_not_rolled_back)
{
	begin_upgrade("color=blue");
	ask(&(struct intent){.kind = INTENT_UPGRADE,
	    .assembly_name = "h",
	    .properties = listed("tone=high"),
	    .queue = true});
	about_it(INTENT_CANCEL);
	ck_assert_ptr_nonnull(strstr(refused_about(INTENT_ROLLBACK, process), "it never began"));
	forget();
	about_it(INTENT_RETRY);
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(asked_of(NULL), "Reconfigure lamp{blue high}@north");
}
END_TEST

START_TEST(a_heal_that_sleeps_can_be_cancelled)
{
	sim_fail(w.sim, "h__bell", "Start", 10);
	ask(&(struct intent){
	    .kind = INTENT_HEAL, .assembly_name = "h", .component_name = "h__bell"});
	while (strcmp(outcome(), "Pending") != 0 && strstr(outcome(), "Pending: ") == NULL)
		ck_assert(world_step(&w));
	about_it(INTENT_CANCEL);
	ck_assert_str_eq(outcome(), "Cancelled: cancelled by an operator");
	forget();
	world_settle(&w);
	ck_assert_str_eq(asked_of(NULL), "");
}
END_TEST

START_TEST(a_cancelled_create_can_be_deleted)
{
	world_fini(&w);
	given_an_empty_world();
	ask(&(struct intent){
	    .kind = INTENT_CREATE,
	    .assembly_name = "h",
	    .descriptor = "assembly::house::1.0",
	    .intended_state = "Active",
	});
	until_asked("lamp", "Configure lamp");
	about_it(INTENT_CANCEL);
	ck_assert_ptr_nonnull(strstr(outcome(), "Cancelled"));
	destroy();
	ck_assert_uint_eq(sim_installed(w.sim), 0);
}
END_TEST

START_TEST(a_cancelled_process_makes_room_for_the_next)
{
	begin_upgrade("color=blue");
	const char *first = copied(process);

	ask(&(struct intent){.kind = INTENT_UPGRADE,
	    .assembly_name = "h",
	    .properties = listed("color=green"),
	    .queue = true});
	until_asked("lamp", "Install lamp");
	ask(&(struct intent){.kind = INTENT_CANCEL, .process = first});
	world_settle(&w);
	ck_assert_ptr_nonnull(strstr(world_process(&w, first), "Cancelled"));
	ck_assert_str_eq(states(), ALL_ACTIVE);
	ck_assert_ptr_nonnull(strstr(asked_of("lamp"), "Start lamp{green low}@north"));
}
END_TEST

/* ---- busy ------------------------------------------------------------------------------------------- */

START_TEST(while_a_process_runs_other_intents_are_refused)
{
	begin_upgrade("color=blue");
	ck_assert_str_eq(refused(&(struct intent){.kind = INTENT_DELETE, .assembly_name = "h"}),
	    lm_arena_printf(w.arena,
		"conflict: 'h' is busy: process %s (UpgradeAssembly) runs; wait for it, cancel "
		"it, or stand in line (\"queue\": true, lm ... --queue)",
		process));
	world_settle(&w);
	ck_assert_str_eq(states(), ALL_ACTIVE);
}
END_TEST

static struct intent queued(enum intent_kind kind)
{
	return (struct intent){
	    .kind = kind, .assembly_name = "h", .cluster = "pool", .queue = true};
}

START_TEST(what_is_queued_runs_in_the_order_in_which_it_came)
{
	struct intent out = queued(INTENT_SCALE_OUT), in = queued(INTENT_SCALE_IN);

	begin_upgrade("color=blue");
	ask(&out);
	ask(&in);
	ask(&out);
	world_settle(&w);
	ck_assert_str_eq(outcome(), "Completed");
	/* The second is still being seen off when another comes. */
	ck_assert_str_eq(states(), ALL_ACTIVE " pool__3:Active");
}
END_TEST

START_TEST(a_heal_goes_before_a_scale_in_of_the_same_pool)
{
	struct intent in = queued(INTENT_SCALE_IN);

	scale(true);
	begin_upgrade("tone=high");
	ask(&in);
	ask(&(struct intent){.kind = INTENT_HEAL,
	    .assembly_name = "h",
	    .component_name = "h__pool__1",
	    .queue = true});
	forget();
	world_settle(&w);
	const char *all = asked_of(NULL), *heal = strstr(all, "Start pool__1"),
		   *goes = strstr(all, "Uninstall pool__2");
	ck_assert_ptr_nonnull(heal);
	ck_assert_ptr_nonnull(goes);
	ck_assert(heal < goes);
}
END_TEST

START_TEST(a_heal_of_something_else_waits_behind_a_scale_in)
{
	struct intent in = queued(INTENT_SCALE_IN);

	scale(true);
	begin_upgrade("tone=high");
	ask(&in);
	ask(&(struct intent){
	    .kind = INTENT_HEAL, .assembly_name = "h", .component_name = "h__bell", .queue = true});
	world_settle(&w);
	const char *all = asked_of(NULL), *heal = strstr(all, "Stop bell"),
		   *goes = strstr(all, "remove lamp");
	ck_assert_ptr_nonnull(heal);
	ck_assert_ptr_nonnull(goes);
	ck_assert(goes < heal);
}
END_TEST

START_TEST(what_waits_behind_a_delete_is_refused_and_told_why)
{
	struct intent out = queued(INTENT_SCALE_OUT);

	ask(&(struct intent){.kind = INTENT_DELETE, .assembly_name = "h"});
	ask(&out);
	world_settle(&w);
	ck_assert_str_eq(outcome(), "Failed: the assembly was deleted");
	ck_assert_uint_eq(sim_installed(w.sim), 0);
}
END_TEST

START_TEST(what_became_impossible_while_it_waited_fails_and_the_next_runs)
{
	struct intent out = queued(INTENT_SCALE_OUT);
	const char *last;

	begin_upgrade("size=4");
	ask(&out);
	last = copied(process);
	struct intent in = queued(INTENT_SCALE_IN);
	ask(&in);
	world_settle(&w);
	ck_assert_str_eq(
	    world_process(&w, last), "Failed: cluster 'h__pool' is at its maximum of 4");
	ck_assert_str_eq(outcome(), "Completed");
}
END_TEST

START_TEST(a_failure_does_not_hold_up_what_waits)
{
	struct intent out = queued(INTENT_SCALE_OUT);

	sim_fail(w.sim, "h__lamp", "Start", 1);
	begin_upgrade("color=blue");
	ask(&out);
	world_settle(&w);
	ck_assert_ptr_nonnull(strstr(states(), "pool__2:Active"));
}
END_TEST

/* ---- change of state ------------------------------------------------------------------------------- */

START_TEST(a_service_goes_down_and_up_again)
{
	change_state("Inactive");
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(asked_of("lamp"), "remove lamp{grey -1}@north, Stop lamp{red low}@north");
	ck_assert_str_eq(links(), "");
	forget();
	change_state("Active");
	ck_assert_str_eq(asked_of("lamp"), "Start lamp{red low}@north, Integrity lamp{red "
					   "low}@north, add lamp{grey -1}@north");
	ck_assert_str_eq(states(), ALL_ACTIVE);
	ck_assert_str_eq(links(), "lit__1{address-1}");
}
END_TEST

START_TEST(nothing_leads_back_to_installed)
{
	ck_assert_str_eq(
	    refused(&(struct intent){
		.kind = INTENT_CHANGE_STATE, .assembly_name = "h", .intended_state = "Installed"}),
	    "invalid: no transition leads from Active back to Installed ('h__wire' is): "
	    "delete and create it");
	ck_assert_str_eq(
	    refused(&(struct intent){
		.kind = INTENT_CHANGE_STATE, .assembly_name = "h", .intended_state = "Broken"}),
	    "invalid: intendedState must be Installed, Inactive or Active");
}
END_TEST

START_TEST(an_assembly_with_something_failed_in_it_can_be_brought_to_any_state)
{
	sim_fail(w.sim, "h__bell", "Start", 10);
	world_kill(&w, "h__bell");
	world_settle(&w);
	ck_assert_ptr_nonnull(strstr(states(), "bell:Failed"));
	change_state("Inactive");
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(states(), "wire:Inactive lamp:Inactive bell:Inactive box:Inactive "
				   "pool__1:Inactive");
}
END_TEST

START_TEST(what_was_to_be_installed_and_failed_can_be_installed)
{
	sim_fail(w.sim, "h__bell", "Install", 1);
	ask(&(struct intent){
	    .kind = INTENT_CREATE,
	    .assembly_name = "h",
	    .descriptor = "assembly::house::1.0",
	    .intended_state = "Installed",
	});
	world_settle(&w);
	ck_assert_ptr_nonnull(strstr(outcome(), "Failed"));
	change_state("Installed");
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(states(), "wire:Installed lamp:Installed bell:Installed box:Installed "
				   "pool__1:Installed");
	change_state("Active");
	ck_assert_str_eq(states(), ALL_ACTIVE);
}
END_TEST

/* ---- late outputs ------------------------------------------------------------------------------------ */

START_TEST(an_output_that_comes_with_the_install_is_waited_for)
{
	world_report(&w, "h__early", "Install", "key", "now");
	build("assembly::late::1.0", "");
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(asked_of("taker"),
	    "Install taker{now}, Configure taker{now}, Start taker{now}, Integrity taker{now}");
}
END_TEST

START_TEST(an_output_that_comes_with_the_configure_is_waited_for)
{
	world_report(&w, "h__early", "Configure", "key", "later");
	build("assembly::late::1.0", "");
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(asked_of("taker"), "Install taker{later}, Configure taker{later}, Start "
					    "taker{later}, Integrity taker{later}");
}
END_TEST

START_TEST(an_output_that_comes_with_the_start_is_waited_for)
{
	world_report(&w, "h__early", "Start", "key", "late");
	build("assembly::late::1.0", "");
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(asked_of("taker"), "Install taker{late}, Configure taker{late}, Start "
					    "taker{late}, Integrity taker{late}");
}
END_TEST

START_TEST(an_output_that_never_comes_holds_nobody_up)
{
	build("assembly::late::1.0", "");
	ck_assert_str_eq(outcome(), "Completed");
	ck_assert_str_eq(states(), "taker:Active early:Active");
}
END_TEST

START_TEST(a_late_output_that_changes_reaches_its_taker)
{
	world_report(&w, "h__early", "Start", "key", "late");
	build("assembly::late::1.0", "");
	world_report(&w, "h__early", "Start", "key", "later");
	forget();
	world_destroy(&w, "h__early");
	world_settle(&w);
	ck_assert_str_eq(states(), "taker:Active early:Active");
	ck_assert_ptr_nonnull(strstr(asked_of("taker"), "Install taker{later}"));
}
END_TEST

START_TEST(what_has_late_outputs_goes_down_and_is_deleted_like_anything_else)
{
	world_report(&w, "h__early", "Start", "key", "late");
	build("assembly::late::1.0", "");
	change_state("Inactive");
	ck_assert_str_eq(outcome(), "Completed");
	change_state("Active");
	ck_assert_str_eq(states(), "taker:Active early:Active");
	destroy();
	ck_assert_uint_eq(sim_installed(w.sim), 0);
}
END_TEST

static TCase *situation(Suite *s, const char *name, void (*given)(void))
{
	TCase *tc = tcase_create(name);

	tcase_add_checked_fixture(tc, given, the_end);
	suite_add_tcase(s, tc);
	return tc;
}

static void add_failures(TCase *tc)
{
	tcase_add_test(tc, a_retry_goes_on_under_the_same_id_and_repeats_nothing);
	tcase_add_test(tc, a_retry_may_fail_and_be_tried_again);
	tcase_add_test(tc, only_the_newest_process_is_taken_up_again);
	tcase_add_test(tc, a_process_of_an_assembly_that_is_gone_stays_as_it_is);
	tcase_add_test(tc, a_create_that_failed_rolls_back_to_nothing);
}

static void add_of_a_house(TCase *tc)
{
	tcase_add_test(tc, create_or_upgrade_upgrades_what_is_there);
	tcase_add_test(tc, what_has_succeeded_is_not_tried_again);
	tcase_add_test(tc, a_process_is_named_and_known);
	tcase_add_test(tc, a_scale_out_that_failed_rolls_back_to_fewer);
	tcase_add_test(tc, a_scale_in_that_failed_rolls_back_to_more);
	tcase_add_test(tc, a_delete_that_failed_rolls_back_to_the_whole_service);
	tcase_add_test(tc, a_delete_that_failed_can_be_tried_again);
	tcase_add_test(tc, a_change_of_state_that_failed_rolls_back_to_the_former);
	tcase_add_test(tc, a_rollback_that_failed_can_be_tried_again);
	tcase_add_test(tc, a_service_goes_down_and_up_again);
	tcase_add_test(tc, nothing_leads_back_to_installed);
	tcase_add_test(tc, an_assembly_with_something_failed_in_it_can_be_brought_to_any_state);
}

static void add_cancellations(TCase *tc)
{
	tcase_add_test(tc, a_cancelled_process_ends_what_is_in_flight_and_begins_nothing);
	tcase_add_test(tc, a_cancelled_process_can_be_tried_again);
	tcase_add_test(tc, a_cancelled_process_can_be_rolled_back);
	tcase_add_test(tc, what_is_cancelled_during_its_last_step_is_completed);
	tcase_add_test(
	    tc, a_step_that_fails_while_its_process_is_cancelled_is_a_cancel_all_the_same);
	tcase_add_test(tc, a_process_that_waits_is_cancelled_and_never_begins);
	tcase_add_test(
	    tc, what_was_cancelled_before_it_began_can_be_asked_for_again_but_not_rolled_back);
	tcase_add_test(tc, a_heal_that_sleeps_can_be_cancelled);
	tcase_add_test(tc, a_cancelled_create_can_be_deleted);
	tcase_add_test(tc, a_cancelled_process_makes_room_for_the_next);
}

static void add_queues(TCase *tc)
{
	tcase_add_test(tc, while_a_process_runs_other_intents_are_refused);
	tcase_add_test(tc, what_is_queued_runs_in_the_order_in_which_it_came);
	tcase_add_test(tc, a_heal_goes_before_a_scale_in_of_the_same_pool);
	tcase_add_test(tc, a_heal_of_something_else_waits_behind_a_scale_in);
	tcase_add_test(tc, what_waits_behind_a_delete_is_refused_and_told_why);
	tcase_add_test(tc, what_became_impossible_while_it_waited_fails_and_the_next_runs);
	tcase_add_test(tc, a_failure_does_not_hold_up_what_waits);
}

static void add_of_nothing(TCase *tc)
{
	tcase_add_test(tc, create_or_upgrade_creates_what_is_not_there);
	tcase_add_test(tc, what_was_to_be_installed_and_failed_can_be_installed);
	tcase_add_test(tc, an_output_that_comes_with_the_install_is_waited_for);
	tcase_add_test(tc, an_output_that_comes_with_the_configure_is_waited_for);
	tcase_add_test(tc, an_output_that_comes_with_the_start_is_waited_for);
	tcase_add_test(tc, an_output_that_never_comes_holds_nobody_up);
	tcase_add_test(tc, a_late_output_that_changes_reaches_its_taker);
	tcase_add_test(tc, what_has_late_outputs_goes_down_and_is_deleted_like_anything_else);
}

int main(void)
{
	Suite *s = suite_create("core/intents");

	add_of_nothing(situation(s, "with nothing there", given_an_empty_world));
	add_of_a_house(situation(s, "with a house", given_a_house));
	add_failures(situation(s, "after a failed create", given_a_failed_create));
	add_cancellations(situation(s, "that are cancelled", given_a_house));
	add_queues(situation(s, "of a busy house", given_a_house));
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failures = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failures != 0;
}
