/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <string.h>

#include "tests/lib/world.h"

static struct world w;

static void given_an_empty_world(void)
{
	world_init(&w, &(struct sim_conf){.seed = 7, .min_ms = 5, .max_ms = 50});
}

static void given_a_service(void)
{
	given_an_empty_world();
	ck_assert_ptr_null(world_create(&w, "svc", "assembly::service::1.0"));
	world_settle(&w);
}

static void given_a_service_of_two(void)
{
	given_a_service();
	ck_assert_ptr_null(world_scale(&w, "svc", "pool", true));
	world_settle(&w);
}

static void done(void)
{
	ck_assert_ptr_null(w.wrong);
	world_fini(&w);
}

/* The error's text, freed with the test. */
static const char *text_of(struct lm_err *err)
{
	static char text[500];

	ck_assert_ptr_nonnull(err);
	snprintf(text, sizeof text, "%s: %s", lm_err_kind_text(lm_err_kind(err)), lm_err_text(err));
	lm_err_free(err);
	return text;
}

/* ---- create ------------------------------------------------------------------------------------ */

START_TEST(a_created_service_is_active_and_its_servers_are_registered)
{
	ck_assert_str_eq(world_outcome(&w, "svc"), "Completed");
	ck_assert_str_eq(world_states(&w, "svc"), "net:Active gw:Active pool__1:Active");
	ck_assert_str_eq(world_links(&w, "svc"), "register__1{address-1}");
}
END_TEST

START_TEST(undeclared_transitions_are_never_asked_of_the_driver)
{
	ck_assert_ptr_null(strstr(sim_trace(w.sim), "Create "));
	ck_assert_ptr_null(strstr(sim_trace(w.sim), "Configure svc__net"));
}
END_TEST

START_TEST(a_name_is_given_once)
{
	ck_assert_str_eq(text_of(world_create(&w, "svc", "assembly::service::1.0")),
	    "conflict: there is an assembly instance 'svc' already: choose another name or delete "
	    "it");
}
END_TEST

START_TEST(an_unknown_assembly_is_refused_in_the_words_that_clients_know)
{
	ck_assert_str_eq(text_of(world_delete(&w, "nobody")),
	    "not found: Cannot find assembly instance with name nobody");
}
END_TEST

START_TEST(a_failed_create_says_which_step_and_why)
{
	sim_fail(w.sim, "svc__gw", "Start", 1);
	ck_assert_ptr_null(world_create(&w, "svc", "assembly::service::1.0"));
	world_settle(&w);
	ck_assert_str_eq(
	    world_outcome(&w, "svc"), "Failed: Start svc__gw: simulated failure of Start");
}
END_TEST

START_TEST(after_a_failed_create_the_operator_can_go_on_from_there)
{
	char process[LM_ID_SIZE];

	sim_fail(w.sim, "svc__gw", "Start", 1);
	ck_assert_ptr_null(world_create(&w, "svc", "assembly::service::1.0"));
	world_settle(&w);
	ck_assert_ptr_null(world_intent(&w,
	    &(struct intent){
		.kind = INTENT_CHANGE_STATE, .assembly_name = "svc", .intended_state = "Active"},
	    process));
	world_settle(&w);
	ck_assert_str_eq(world_states(&w, "svc"), "net:Active gw:Active pool__1:Active");
}
END_TEST

START_TEST(a_failed_create_can_be_deleted_and_leaves_nothing)
{
	sim_fail(w.sim, "svc__gw", "Install", 1);
	ck_assert_ptr_null(world_create(&w, "svc", "assembly::service::1.0"));
	world_settle(&w);
	ck_assert_ptr_null(world_delete(&w, "svc"));
	world_settle(&w);
	ck_assert_uint_eq(sim_installed(w.sim), 0);
}
END_TEST

/* ---- references ----------------------------------------------------------------------------------- */

START_TEST(a_reference_to_nothing_is_refused_before_anything_starts)
{
	ck_assert_str_eq(text_of(world_create(&w, "cli", "assembly::client::1.0")),
	    "not found: reference 'service': there is no assembly instance 'svc': create it first");
	ck_assert_str_eq(sim_trace(w.sim), "");
}
END_TEST

START_TEST(a_private_property_is_not_shown)
{
	world_teach(&w, "name: assembly::keeper::1.0\n"
			"composition: {one: {type: 'resource::keeper::1.0'}}\n"
			"---\n"
			"name: resource::keeper::1.0\n"
			"properties: {open: {default: seen}}\n"
			"private-properties: {shut: {default: unseen}}\n"
			"lifecycle: [Install, Start]\n");
	ck_assert_ptr_null(world_create(&w, "k", "assembly::keeper::1.0"));
	world_settle(&w);

	struct lm_buf shown;
	lm_buf_init(&shown, 64 * 1024);
	ck_assert(engine_print_assembly(w.engine, "k", &shown));
	ck_assert_ptr_nonnull(strstr(shown.p, "\"seen\""));
	ck_assert_ptr_null(strstr(shown.p, "unseen"));
	lm_buf_fini(&shown);
}
END_TEST

START_TEST(what_others_refer_to_is_not_deleted)
{
	ck_assert_ptr_null(world_create(&w, "cli", "assembly::client::1.0"));
	world_settle(&w);
	ck_assert_str_eq(text_of(world_delete(&w, "svc")),
	    "conflict: 'svc' is referenced by 'cli': delete that one first");
}
END_TEST

/* ---- delete --------------------------------------------------------------------------------------- */

START_TEST(a_deleted_service_leaves_nothing_outside_and_nothing_inside)
{
	ck_assert_ptr_null(world_delete(&w, "svc"));
	world_settle(&w);
	ck_assert_str_eq(world_outcome(&w, "svc"), "Completed");
	ck_assert_uint_eq(sim_installed(w.sim), 0);
	ck_assert_str_eq(world_states(&w, "svc"), "");
}
END_TEST

/* ---- scale ---------------------------------------------------------------------------------------- */

START_TEST(a_new_member_is_registered)
{
	ck_assert_str_eq(
	    world_states(&w, "svc"), "net:Active gw:Active pool__1:Active pool__2:Active");
	ck_assert_str_eq(world_links(&w, "svc"), "register__1{address-1} register__2{address-1}");
}
END_TEST

START_TEST(the_member_that_leaves_is_the_last_one)
{
	ck_assert_ptr_null(world_scale(&w, "svc", "pool", false));
	world_settle(&w);
	ck_assert_str_eq(world_states(&w, "svc"), "net:Active gw:Active pool__1:Active");
	ck_assert_str_eq(world_links(&w, "svc"), "register__1{address-1}");
	ck_assert_uint_eq(sim_installed(w.sim), 3);
}
END_TEST

START_TEST(limits_hold)
{
	ck_assert_str_eq(text_of(world_scale(&w, "svc", "pool", false)),
	    "invalid: cluster 'svc__pool' is at its minimum of 1");
	for (int i = 0; i < 3; i++) {
		ck_assert_ptr_null(world_scale(&w, "svc", "pool", true));
		world_settle(&w);
	}
	ck_assert_str_eq(text_of(world_scale(&w, "svc", "pool", true)),
	    "invalid: cluster 'svc__pool' is at its maximum of 4");
}
END_TEST

START_TEST(load_above_the_threshold_three_times_scales_out)
{
	for (int i = 0; i < 3; i++)
		world_load(&w, "svc__gw", 107);
	world_settle(&w);
	ck_assert_str_eq(
	    world_states(&w, "svc"), "net:Active gw:Active pool__1:Active pool__2:Active");
}
END_TEST

START_TEST(two_breaches_and_a_lull_do_nothing)
{
	for (int i = 0; i < 6; i++)
		world_load(&w, "svc__gw", i % 3 == 2 ? 50 : 107);
	world_settle(&w);
	ck_assert_str_eq(world_states(&w, "svc"), "net:Active gw:Active pool__1:Active");
}
END_TEST

START_TEST(load_while_a_process_runs_counts_for_nothing)
{
	ck_assert_ptr_null(world_scale(&w, "svc", "pool", true));
	for (int i = 0; i < 5; i++)
		world_load(&w, "svc__gw", 107);
	world_settle(&w);
	ck_assert_str_eq(
	    world_states(&w, "svc"), "net:Active gw:Active pool__1:Active pool__2:Active");
}
END_TEST

START_TEST(no_traffic_at_the_minimum_is_no_reason_to_do_anything)
{
	for (int i = 0; i < 10; i++)
		world_load(&w, "svc__gw", 0);
	world_settle(&w);
	ck_assert_str_eq(world_states(&w, "svc"), "net:Active gw:Active pool__1:Active");
}
END_TEST

/* ---- heal ------------------------------------------------------------------------------------------ */

START_TEST(a_killed_server_is_drained_restarted_and_registered_again)
{
	world_kill(&w, "svc__pool__1");
	world_settle(&w);
	ck_assert_str_eq(world_states(&w, "svc"), "net:Active gw:Active pool__1:Active");
	ck_assert_str_eq(world_links(&w, "svc"), "register__1{address-1}");
	ck_assert_ptr_nonnull(
	    strstr(sim_trace(w.sim), "remove svc__gw, Stop svc__pool__1, Start svc__pool__1, "
				     "Integrity svc__pool__1, add svc__gw"));
}
END_TEST

START_TEST(a_server_whose_infrastructure_is_gone_is_rebuilt_with_its_new_address)
{
	world_destroy(&w, "svc__pool__1");
	world_settle(&w);
	ck_assert_str_eq(world_states(&w, "svc"), "net:Active gw:Active pool__1:Active");
	ck_assert_str_eq(world_links(&w, "svc"), "register__1{address-2}");
	ck_assert_str_eq(world_outcome(&w, "svc"), "Completed");
}
END_TEST

START_TEST(a_heal_that_never_succeeds_ends_in_failed_after_five_attempts)
{
	sim_fail(w.sim, "svc__gw", "Start", 10);
	world_kill(&w, "svc__gw");
	world_settle(&w);
	ck_assert_str_eq(
	    world_outcome(&w, "svc"), "Failed: Start svc__gw: simulated failure of Start");
	ck_assert_str_eq(world_states(&w, "svc"), "net:Active gw:Failed pool__1:Active");
	ck_assert_str_eq(world_links(&w, "svc"), "");
}
END_TEST

START_TEST(a_failed_component_is_healed_when_the_operator_says_so)
{
	sim_fail(w.sim, "svc__gw", "Start", 5);
	world_kill(&w, "svc__gw");
	world_settle(&w);
	ck_assert_str_eq(world_states(&w, "svc"), "net:Active gw:Failed pool__1:Active");
	ck_assert_ptr_null(world_heal(&w, "svc", "svc__gw"));
	world_settle(&w);
	ck_assert_str_eq(world_states(&w, "svc"), "net:Active gw:Active pool__1:Active");
}
END_TEST

START_TEST(a_killed_gateway_is_healed_and_all_servers_are_registered_again)
{
	world_kill(&w, "svc__gw");
	world_settle(&w);
	ck_assert_str_eq(
	    world_states(&w, "svc"), "net:Active gw:Active pool__1:Active pool__2:Active");
	ck_assert_str_eq(world_links(&w, "svc"), "register__1{address-1} register__2{address-1}");
	ck_assert_ptr_null(strstr(sim_trace(w.sim), "remove svc__gw")); /* not of a dead gateway */
}
END_TEST

START_TEST(a_death_during_another_process_is_healed_after_it)
{
	ck_assert_ptr_null(world_scale(&w, "svc", "pool", true));
	world_kill(&w, "svc__pool__1");
	world_settle(&w);
	ck_assert_str_eq(
	    world_states(&w, "svc"), "net:Active gw:Active pool__1:Active pool__2:Active");
}
END_TEST

START_TEST(a_new_member_that_dies_before_it_is_registered_is_healed_after_the_scale_out)
{
	ck_assert_ptr_null(world_scale(&w, "svc", "pool", true));
	while (strstr(world_states(&w, "svc"), "pool__2:Active") == NULL &&
	       strstr(sim_trace(w.sim), "Integrity svc__pool__2, add svc__gw") == NULL)
		ck_assert(world_step(&w));
	world_kill(&w, "svc__pool__2");
	world_settle(&w);
	ck_assert_str_eq(
	    world_states(&w, "svc"), "net:Active gw:Active pool__1:Active pool__2:Active");
}
END_TEST

START_TEST(a_gateway_that_dies_during_a_scale_out_delays_the_registration_and_fails_nothing)
{
	ck_assert_ptr_null(world_scale(&w, "svc", "pool", true));
	while (strstr(sim_trace(w.sim), "Integrity svc__pool__2") == NULL)
		ck_assert(world_step(&w));
	engine_died(w.engine, "svc__gw", "service", w.now_ms, &w.turn);
	world_settle(&w);
	ck_assert_str_eq(world_links(&w, "svc"), "register__1{address-1} register__2{address-1}");
	ck_assert_ptr_null(strstr(world_outcome(&w, "svc"), "Failed"));
}
END_TEST

/* ---- queue ------------------------------------------------------------------------------------------ */

START_TEST(intents_on_a_busy_assembly_wait_their_turn)
{
	ck_assert_ptr_null(world_scale(&w, "svc", "pool", true));
	ck_assert_ptr_null(world_scale(&w, "svc", "pool", true));
	ck_assert_str_eq(world_outcome(&w, "svc"), "Pending");
	world_settle(&w);
	ck_assert_str_eq(world_states(&w, "svc"),
	    "net:Active gw:Active pool__1:Active pool__2:Active pool__3:Active");
}
END_TEST

START_TEST(the_queue_has_an_end)
{
	struct lm_err *err = NULL;

	for (int i = 0; i < 18 && err == NULL; i++)
		err = world_heal(&w, "svc", "svc__gw");
	ck_assert_str_eq(
	    text_of(err), "conflict: 'svc' is busy and 16 intents wait already: try again later");
	world_settle(&w);
}
END_TEST

/* ---- restart ------------------------------------------------------------------------------------------ */

START_TEST(a_crash_at_any_commit_of_a_create_ends_in_the_same_service)
{
	w.turns_to_crash = _i / 2;
	w.after_commit = _i % 2;
	lm_err_free(world_create(&w, "svc", "assembly::service::1.0"));
	world_settle(&w);
	if (strcmp(world_outcome(&w, "svc"), "no process") ==
	    0) /* it died before it could promise */
		return;
	ck_assert_str_eq(world_states(&w, "svc"), "net:Active gw:Active pool__1:Active");
	ck_assert_str_eq(world_links(&w, "svc"), "register__1{address-1}");
}
END_TEST

START_TEST(a_crash_at_any_commit_of_a_scale_in_still_removes_exactly_one)
{
	w.turns_to_crash = _i / 2;
	w.after_commit = _i % 2;
	lm_err_free(world_scale(&w, "svc", "pool", false));
	world_settle(&w);
	if (_i == 0) /* it died before it could promise */
		return;
	ck_assert_str_eq(world_states(&w, "svc"), "net:Active gw:Active pool__1:Active");
	ck_assert_uint_eq(sim_installed(w.sim), 3);
}
END_TEST

START_TEST(a_crash_at_any_commit_of_a_delete_still_leaves_nothing)
{
	w.turns_to_crash = _i / 2;
	w.after_commit = _i % 2;
	lm_err_free(world_delete(&w, "svc"));
	world_settle(&w);
	if (_i == 0)
		return;
	ck_assert_str_eq(world_states(&w, "svc"), "");
	ck_assert_uint_eq(sim_installed(w.sim), 0);
}
END_TEST

START_TEST(a_crash_at_any_commit_of_a_rebuild_still_rebuilds)
{
	sim_fail(w.sim, "svc__net", "Install", 2);
	lm_err_free(world_create(&w, "svc", "assembly::service::1.0"));
	world_settle(&w);
	w.turns_to_crash = _i / 2;
	w.after_commit = _i % 2;
	lm_err_free(world_heal(&w, "svc", "svc__net"));
	world_settle(&w);
	if (_i == 0) /* it died before it could promise */
		return;
	ck_assert_str_eq(world_states(&w, "svc"), "net:Active gw:null pool__1:null");
	w.turns_to_crash = -1;
	lm_err_free(world_change_state(&w, "svc", "Active"));
	world_settle(&w);
	ck_assert_str_eq(world_states(&w, "svc"), "net:Active gw:Active pool__1:Active");
	ck_assert_uint_eq(sim_installed(w.sim), 3);
}
END_TEST

static void heal_through_a_crash(int point)
{
	w.turns_to_crash = point / 2;
	w.after_commit = point % 2;
	world_settle(&w);
	ck_assert_str_eq(world_states(&w, "svc"), "net:Active gw:Active pool__1:Active");
	ck_assert_str_eq(world_outcome(&w, "svc"), "Completed");
	ck_assert_uint_eq(sim_installed(w.sim), 3);
}

START_TEST(a_crash_at_any_commit_of_a_heal_leaves_no_server_unregistered)
{
	world_kill(&w, "svc__pool__1");
	heal_through_a_crash(_i);
	ck_assert_str_eq(world_links(&w, "svc"), "register__1{address-1}");
}
END_TEST

START_TEST(a_crash_at_any_commit_of_a_heal_that_rebuilds_leaves_no_server_unregistered)
{
	world_destroy(&w, "svc__pool__1");
	heal_through_a_crash(_i);
	ck_assert_str_eq(world_links(&w, "svc"), "register__1{address-2}");
}
END_TEST

START_TEST(a_crash_at_any_commit_of_a_heal_of_the_gateway_leaves_no_server_unregistered)
{
	world_kill(&w, "svc__gw");
	heal_through_a_crash(_i);
	ck_assert_str_eq(world_links(&w, "svc"), "register__1{address-1}");
}
END_TEST

START_TEST(policies_see_again_after_a_restart)
{
	world_crash(&w);
	for (int i = 0; i < 3; i++)
		world_load(&w, "svc__gw", 107);
	world_settle(&w);
	ck_assert_str_eq(
	    world_states(&w, "svc"), "net:Active gw:Active pool__1:Active pool__2:Active");
}
END_TEST

START_TEST(samples_of_strangers_are_dropped)
{
	const struct sample s = {
	    .metric_key = "nobody", .metric_name = "load", .kind = SAMPLE_LOAD, .load = 99};

	ck_assert_uint_eq(engine_sample(w.engine, &s, w.now_ms, &w.turn), SAMPLE_STRANGER);
}
END_TEST

static TCase *situation(Suite *s, const char *name, void (*given)(void))
{
	TCase *tc = tcase_create(name);

	tcase_add_checked_fixture(tc, given, done);
	suite_add_tcase(s, tc);
	return tc;
}

int main(void)
{
	Suite *s = suite_create("core/engine");
	TCase *empty = situation(s, "with nothing there", given_an_empty_world);
	TCase *one = situation(s, "with a service", given_a_service);
	TCase *two = situation(s, "with a service of two servers", given_a_service_of_two);

	tcase_add_test(empty, a_failed_create_says_which_step_and_why);
	tcase_add_test(empty, after_a_failed_create_the_operator_can_go_on_from_there);
	tcase_add_test(empty, a_failed_create_can_be_deleted_and_leaves_nothing);
	tcase_add_test(empty, a_reference_to_nothing_is_refused_before_anything_starts);
	tcase_add_test(empty, a_private_property_is_not_shown);
	tcase_add_loop_test(
	    empty, a_crash_at_any_commit_of_a_create_ends_in_the_same_service, 0, 40);
	tcase_add_loop_test(empty, a_crash_at_any_commit_of_a_rebuild_still_rebuilds, 0, 60);
	tcase_add_test(one, a_created_service_is_active_and_its_servers_are_registered);
	tcase_add_test(one, undeclared_transitions_are_never_asked_of_the_driver);
	tcase_add_test(one, a_name_is_given_once);
	tcase_add_test(one, an_unknown_assembly_is_refused_in_the_words_that_clients_know);
	tcase_add_test(one, what_others_refer_to_is_not_deleted);
	tcase_add_test(one, a_deleted_service_leaves_nothing_outside_and_nothing_inside);
	tcase_add_test(one, limits_hold);
	tcase_add_test(one, load_above_the_threshold_three_times_scales_out);
	tcase_add_test(one, two_breaches_and_a_lull_do_nothing);
	tcase_add_test(one, load_while_a_process_runs_counts_for_nothing);
	tcase_add_test(one, no_traffic_at_the_minimum_is_no_reason_to_do_anything);
	tcase_add_test(one, a_killed_server_is_drained_restarted_and_registered_again);
	tcase_add_test(one, a_server_whose_infrastructure_is_gone_is_rebuilt_with_its_new_address);
	tcase_add_test(one, a_heal_that_never_succeeds_ends_in_failed_after_five_attempts);
	tcase_add_test(one, a_failed_component_is_healed_when_the_operator_says_so);
	tcase_add_test(one, a_death_during_another_process_is_healed_after_it);
	tcase_add_test(
	    one, a_new_member_that_dies_before_it_is_registered_is_healed_after_the_scale_out);
	tcase_add_test(
	    one, a_gateway_that_dies_during_a_scale_out_delays_the_registration_and_fails_nothing);
	tcase_add_test(one, intents_on_a_busy_assembly_wait_their_turn);
	tcase_add_test(one, the_queue_has_an_end);
	tcase_add_loop_test(
	    one, a_crash_at_any_commit_of_a_heal_leaves_no_server_unregistered, 0, 30);
	tcase_add_loop_test(one,
	    a_crash_at_any_commit_of_a_heal_that_rebuilds_leaves_no_server_unregistered, 0, 60);
	tcase_add_loop_test(one,
	    a_crash_at_any_commit_of_a_heal_of_the_gateway_leaves_no_server_unregistered, 0, 30);
	tcase_add_test(one, policies_see_again_after_a_restart);
	tcase_add_test(one, samples_of_strangers_are_dropped);
	tcase_add_test(two, a_new_member_is_registered);
	tcase_add_test(two, the_member_that_leaves_is_the_last_one);
	tcase_add_test(two, a_killed_gateway_is_healed_and_all_servers_are_registered_again);
	tcase_add_loop_test(
	    two, a_crash_at_any_commit_of_a_scale_in_still_removes_exactly_one, 0, 14);
	tcase_add_loop_test(two, a_crash_at_any_commit_of_a_delete_still_leaves_nothing, 0, 30);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
